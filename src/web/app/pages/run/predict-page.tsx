import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { reasonText } from '../../../../report/answer.ts';
import { numberText, percentText } from '../../../../report/number-text.ts';
import type { ModelCard, Predicted } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { question } from '../../api/queries.ts';
import { Bars } from '../../charts/bars.tsx';
import { Contributions } from '../../charts/contributions.tsx';
import { Field } from '../../parts/field.tsx';
import { Section } from '../../parts/page.tsx';
import { Answered, Empty, ProblemNotice } from '../../parts/states.tsx';
import { useCurrentRun } from './run-frame.tsx';

/** What if? A row of one's own, answered by the model of its partition. */
export function PredictPage() {
  const { run } = useCurrentRun();
  const partitions = useQuery(
    question('GET /runs/{run}/partitions', { params: { run: run.runId }, query: { limit: 200 } }),
  );
  return (
    <Answered query={partitions} wait="the partitions">
      {({ partitions: cells }) => {
        const model = cells.find((cell) => cell.model !== null)?.model;
        return model === undefined || model === null ? (
          <Empty title="No model answers in this run">
            <p>Every partition failed or was skipped; the report says why.</p>
          </Empty>
        ) : (
          <WithCard model={model} names={cells.map(({ name }) => name)} />
        );
      }}
    </Answered>
  );
}

function WithCard({ model, names }: { model: string; names: readonly string[] }) {
  const card = useQuery(question('GET /models/{model}', { params: { model } }));
  return (
    <Answered query={card} wait="what a row must hold">
      {(found) => <PredictForm card={found} names={names} />}
    </Answered>
  );
}

/** Text by column: a map, since a column may be called like what every object has. */
type Cells = ReadonlyMap<string, string>;

function PredictForm({ card, names }: { card: ModelCard; names: readonly string[] }) {
  const { run } = useCurrentRun();
  const [cells, setCells] = useState<Cells>(new Map());
  const predict = useMutation({
    mutationFn: (asked: Cells) =>
      ask('POST /predict/{run}', {
        params: { run: run.runId },
        body: { rows: [rowOf(card, asked)], explain: true },
      }),
  });
  const put = (column: string, value: string) => setCells(new Map(cells).set(column, value));
  return (
    <Section
      title="What would it say?"
      note="Fill in a row as it may come; an empty cell is a missing value. The model of its partition answers, or whoever stands in for it."
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          predict.mutate(cells);
        }}
      >
        <div className="form">
          {card.key.map((column) => (
            <CellField
              key={column}
              column={column}
              hint="the partition"
              suggestions={card.key.length === 1 ? names : []}
              value={cells.get(column) ?? ''}
              onChange={(value) => put(column, value)}
            />
          ))}
          {card.columns
            .filter(({ name }) => !card.key.includes(name))
            .map(({ name, kind }) => (
              <CellField
                key={name}
                column={name}
                hint={HINTS[kind]}
                suggestions={[]}
                value={cells.get(name) ?? ''}
                onChange={(value) => put(name, value)}
              />
            ))}
        </div>
        <div>
          <button type="submit" className="button main" disabled={predict.isPending}>
            Predict {card.target}
          </button>
        </div>
      </form>
      {predict.error === null ? null : <ProblemNotice error={predict.error} />}
      {predict.data?.predictions.map((predicted) => (
        <Prediction
          key="one"
          predicted={predicted}
          target={card.target}
          cells={predict.variables}
        />
      ))}
    </Section>
  );
}

const HINTS: { readonly [kind in ModelCard['columns'][number]['kind']]: string } = {
  number: 'a number',
  category: 'text',
  time: 'a time, such as 2026-03-01T12:00:00Z',
};

function CellField({
  column,
  hint,
  suggestions,
  value,
  onChange,
}: {
  column: string;
  hint: string;
  suggestions: readonly string[];
  value: string;
  onChange: (value: string) => void;
}) {
  const id = useId();
  const list = useId();
  return (
    <Field id={id} label={column} hint={hint}>
      {(props) => (
        <>
          <input
            {...props}
            {...(suggestions.length === 0 ? {} : { list })}
            {...(hint === HINTS.number ? { inputMode: 'decimal' as const } : {})}
            value={value}
            onChange={({ target }) => onChange(target.value)}
          />
          {suggestions.length === 0 ? null : (
            <datalist id={list}>
              {suggestions.map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Field>
  );
}

/** An empty cell is missing; a number that is none goes as it is, and the server says so. */
function rowOf(card: ModelCard, cells: Cells): { [column: string]: string | number | null } {
  const kinds = new Map(card.columns.map(({ name, kind }) => [name, kind]));
  const names = [...new Set([...card.key, ...card.columns.map(({ name }) => name)])];
  return Object.fromEntries(
    names.map((name) => {
      const text = cells.get(name)?.trim() ?? '';
      if (text === '') return [name, null];
      const number = Number(text.replace(',', '.'));
      return [name, kinds.get(name) === 'number' && Number.isFinite(number) ? number : text];
    }),
  );
}

const RUNGS: { readonly [rung in Predicted['rung']]: string } = {
  own: 'the own model of its partition',
  parent: 'the model of a larger partition',
  global: 'the model without partition',
  blend: 'own and global together',
  baseline: 'the most frequent answer',
  none: 'nobody',
};

function Prediction({
  predicted,
  target,
  cells,
}: {
  predicted: Predicted;
  target: string;
  /** That it was asked about. */
  cells: Cells;
}) {
  const { prediction, probabilities, interval, partition, model, rung, reason } = predicted;
  const { explanation = null } = predicted;
  const text = typeof prediction === 'number' ? numberText(prediction) : prediction;
  const bars = Object.entries(probabilities ?? {}).sort(([, a], [, b]) => b - a);
  return (
    <div className="card" role="status">
      <h3 className="anywhere">{target}</h3>
      <p className="figure anywhere">{text ?? 'no answer'}</p>
      {interval === null ? null : (
        <p>
          between {numberText(interval.low)} and {numberText(interval.high)}
        </p>
      )}
      {bars.length === 0 ? null : (
        <Bars
          caption="How probable each class is."
          bars={bars.map(([name, value]) => ({ name, value, text: percentText(value) }))}
        />
      )}
      {explanation === null ? null : (
        <Contributions
          explanation={explanation}
          cellOf={(column) => cells.get(column)?.trim() ?? ''}
        />
      )}
      <p className="small soft">
        Answered by {RUNGS[rung]}
        {reason === null
          ? ''
          : `: ${reason === 'tie' ? 'no clear difference' : reasonText(reason)}`}
        , for <span className="anywhere">{partition}</span>.{' '}
        {model === null ? null : (
          <Link to="/models/$model" params={{ model }}>
            How this model came to be
          </Link>
        )}
      </p>
    </div>
  );
}
