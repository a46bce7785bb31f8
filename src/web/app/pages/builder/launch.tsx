import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import { type AskedTask, usualMetric } from '../../../../domain/metric.ts';
import { metricName } from '../../../../report/metric-words.ts';
import { ask } from '../../api/ask.ts';
import { randomKey } from '../../api/random-key.ts';
import { ProblemNotice } from '../../parts/states.tsx';
import { askedTaskOf } from './asked-task.ts';
import { clearDraft, useBuilder } from './builder-state.tsx';
import { PlanView, usePlan } from './plan-view.tsx';
import { namesOf, pathText, valueAt } from './spec-document.ts';
import { SpecText } from './spec-text.tsx';

/** What is still needed before it can run, in the order of the page. */
const NEEDED = [
  { path: ['data', 'source'], what: 'a table' },
  { path: ['target', 'column'], what: 'a column to predict' },
  { path: ['partition', 'by'], what: 'a column that divides the table' },
  { path: ['name'], what: 'a name' },
] as const;

/** The experiment in a sentence, what is missing, and the buttons that plan and run it. */
export function Launch() {
  const { document, validation } = useBuilder();
  const plan = usePlan();
  const run = useRun();
  const missing = NEEDED.filter(({ path }) => valueAt(document, path) === undefined);
  const isReady = validation?.valid === true;
  return (
    <aside className="launch" aria-label="The experiment">
      <h2>The experiment</h2>
      <Sentence />
      {missing.length === 0 ? null : (
        <p className="small soft">Still needed: {missing.map(({ what }) => what).join(', ')}.</p>
      )}
      {missing.length === 0 && validation?.valid === false ? (
        <ul className="small bad plain-list">
          {validation.problems.map((problem) => (
            <li key={`${pathText(problem.path)} ${problem.message}`}>
              <code>{pathText(problem.path)}</code> {problem.message}
            </li>
          ))}
        </ul>
      ) : null}
      {isReady
        ? validation.warnings.map((warning) => (
            <p key={warning} className="notice warn small">
              {warning}
            </p>
          ))
        : null}
      <div className="row">
        <button
          type="button"
          className="button main"
          disabled={!isReady || run.isPending}
          onClick={() => run.mutate()}
        >
          {run.isPending ? 'Starting …' : 'Run'}
        </button>
        <button
          type="button"
          className="button"
          disabled={!isReady || plan.isPending}
          onClick={() => plan.mutate(document)}
        >
          {plan.isPending ? 'Planning …' : 'Plan'}
        </button>
        <SpecText />
      </div>
      {isReady ? (
        <p className="tiny soft">
          Plan reads the table and says what would be trained; nothing is written.
        </p>
      ) : null}
      {run.error === null ? null : <ProblemNotice error={run.error} />}
      {plan.error === null ? null : <ProblemNotice error={plan.error} />}
      {plan.data === undefined ? null : (
        <PlanView plan={plan.data} isStale={plan.variables !== document} />
      )}
    </aside>
  );
}

function Sentence() {
  const { document } = useBuilder();
  const target = valueAt(document, ['target', 'column']);
  const task = askedTaskOf(document);
  const by = namesOf(valueAt(document, ['partition', 'by'])).join(' / ');
  const quantile = valueAt(document, ['target', 'quantile']);
  const metric =
    valueAt(document, ['metric']) ??
    usualMetric({ task, ...(typeof quantile === 'number' ? { quantile } : {}) });
  const words = TASK_WORDS[task];
  return (
    <p className="anywhere">
      {words.before} <Word value={target} wait="a column" />
      {words.after} with one model for every{' '}
      <Word value={by === '' ? undefined : by} wait="value of a column" />, and one without
      partition; the best by {metricName(metric as Parameters<typeof metricName>[0])}.
    </p>
  );
}

/** Around the name of the column. */
const TASK_WORDS: { readonly [task in AskedTask]: { before: string; after: string } } = {
  classification: { before: 'Predict', after: ', a class,' },
  regression: { before: 'Predict', after: ', a number,' },
  forecast: { before: 'Forecast', after: '' },
  anomaly: { before: 'Find rows unlike the others, measured by', after: ',' },
};

function Word({ value, wait }: { value: unknown; wait: string }) {
  return typeof value === 'string' ? <b>{value}</b> : <span className="soft">{wait}</span>;
}

/** Starts the run; pressed twice, it is still one. */
function useRun() {
  const { document } = useBuilder();
  const navigate = useNavigate();
  const key = useRef<{ readonly of: object; readonly key: string } | null>(null);
  return useMutation({
    mutationFn: () => {
      if (key.current?.of !== document) key.current = { of: document, key: randomKey() };
      return ask('POST /runs', { body: { spec: document } }, { idempotencyKey: key.current.key });
    },
    onSuccess: ({ runId }) => {
      clearDraft();
      void navigate({ to: '/runs/$run', params: { run: runId } });
    },
  });
}
