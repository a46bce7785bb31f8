import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { reasonText } from '../../../../report/answer.ts';
import type { ModelCard, Predicted } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { question } from '../../api/queries.ts';
import { Section } from '../../parts/page.tsx';
import { Answered, Empty, ProblemNotice } from '../../parts/states.tsx';
import { type Cells, type Row, type RowColumn, RowForm } from '../../parts/what-if/row-form.tsx';
import { Said } from '../../parts/what-if/said.tsx';
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
          <WithCard key={run.runId} model={model} names={cells.map(({ name }) => name)} />
        );
      }}
    </Answered>
  );
}

function WithCard({ model, names }: { model: string; names: readonly string[] }) {
  const card = useQuery(question('GET /models/{model}', { params: { model } }));
  return (
    <Answered query={card} wait="what a row must hold">
      {(found) => <WhatIf card={found} names={names} />}
    </Answered>
  );
}

function WhatIf({ card, names }: { card: ModelCard; names: readonly string[] }) {
  const { run } = useCurrentRun();
  const predict = useMutation({
    mutationFn: ({ row }: { readonly row: Row; readonly cells: Cells }) =>
      ask('POST /predict/{run}', {
        params: { run: run.runId },
        body: { rows: [row], explain: true },
      }),
  });
  const cells = predict.variables?.cells ?? new Map<string, string>();
  return (
    <Section
      title="What would it say?"
      note="Fill in a row as it may come; an empty cell is a missing value. The model of its partition answers, or whoever stands in for it."
    >
      <RowForm
        columns={columnsOf(card, names)}
        act={`Predict ${card.target}`}
        isBusy={predict.isPending}
        onAsk={predict.mutate}
      />
      {predict.error === null ? null : <ProblemNotice error={predict.error} />}
      {predict.data?.predictions.map((predicted) => (
        <Said
          key="one"
          answer={predicted}
          interval={predicted.interval}
          target={card.target}
          cells={cells}
        >
          <Answerer predicted={predicted} />
        </Said>
      ))}
    </Section>
  );
}

/** The key first: it says whose row it is. */
function columnsOf({ key, columns }: ModelCard, names: readonly string[]): readonly RowColumn[] {
  const kinds = new Map(columns.map(({ name, kind }) => [name, kind]));
  return [
    ...key.map((name) => ({
      name,
      kind: kinds.get(name) ?? ('category' as const),
      hint: 'the partition',
      suggestions: key.length === 1 ? names : [],
    })),
    ...columns.filter(({ name }) => !key.includes(name)),
  ];
}

const RUNGS: { readonly [rung in Predicted['rung']]: string } = {
  own: 'the own model of its partition',
  parent: 'the model of a larger partition',
  global: 'the model without partition',
  blend: 'own and global together',
  baseline: 'the most frequent answer',
  none: 'nobody',
};

function Answerer({ predicted }: { predicted: Predicted }) {
  const { partition, model, rung, reason } = predicted;
  const because = reason === 'tie' ? 'no clear difference' : reason && reasonText(reason);
  return (
    <p className="small soft">
      Answered by {RUNGS[rung]}
      {because === null ? '' : `: ${because}`}, for <span className="anywhere">{partition}</span>.{' '}
      {model === null ? null : (
        <Link to="/models/$model" params={{ model }}>
          How this model came to be
        </Link>
      )}
    </p>
  );
}
