import { useId } from 'react';
import { type AskedTask, metricsOf, usualMetric } from '../../../../domain/metric.ts';
import { metricMeaning, metricName } from '../../../../report/metric-words.ts';
import { Field } from '../../parts/field.tsx';
import { Section } from '../../parts/page.tsx';
import { askedTaskOf, withColumn, withQuestion } from './asked-task.ts';
import { useBuilder, useProblems } from './builder-state.tsx';
import { ColumnSelect } from './column-select.tsx';
import { OptionalPart, SpecField } from './fields.tsx';
import { ForecastFields } from './forecast-fields.tsx';
import { guessTask } from './guesses.ts';
import { valueAt } from './spec-document.ts';

/** Metrics that look at one class. */
const POSITIVE = ['f1', 'precision', 'recall', 'roc_auc', 'pr_auc', 'brier'];

export function QuestionSection() {
  return (
    <Section
      title="2 · The question"
      note="One column is what the models learn to predict from the others."
    >
      <TargetFields />
      <JudgeFields />
    </Section>
  );
}

/** What is to be predicted. */
export function TargetFields() {
  const { document } = useBuilder();
  const task = askedTaskOf(document);
  return (
    <>
      <div className="form">
        <TargetField />
        <TaskField />
        {task === 'anomaly' ? (
          <SpecField
            path={['target', 'positive']}
            label="Marks what is unusual"
            hint="The value of that column which unusual rows have: it only measures how well they are found."
          />
        ) : null}
      </div>
      {task === 'forecast' ? <ForecastFields /> : null}
    </>
  );
}

/** How a good prediction is told from a bad one, and how sure it has to be. */
export function JudgeFields() {
  const { document } = useBuilder();
  const task = askedTaskOf(document);
  const metric = valueAt(document, ['metric']);
  return (
    <div className="form">
      <MetricField task={task} />
      {task === 'classification' && typeof metric === 'string' && POSITIVE.includes(metric) ? (
        <SpecField path={['target', 'positive']} label="Positive class" />
      ) : null}
      {task === 'regression' || task === 'forecast' ? (
        <OptionalPart
          part="intervals"
          label="Interval around a prediction"
          fields={[{ name: 'level', label: 'Share within' }]}
        />
      ) : null}
      {task === 'classification' ? (
        <>
          <SpecField path={['probabilities', 'calibrate']} label="Correct the probabilities" />
          <SpecField path={['probabilities', 'threshold']} label="A class begins at" />
        </>
      ) : null}
    </div>
  );
}

function TargetField() {
  const id = useId();
  const { document, preview, catalogue, replace } = useBuilder();
  const problem = useProblems(['target', 'column']);
  const value = valueAt(document, ['target', 'column']);
  const choose = (name: string) => replace(withColumn(document, name, { preview, catalogue }));
  return (
    <Field
      id={id}
      label="Column to predict"
      hint="What would you like to know of a new row?"
      problem={problem}
    >
      {(props) => (
        <ColumnSelect
          props={props}
          value={typeof value === 'string' ? value : ''}
          none="choose a column"
          onChange={choose}
        />
      )}
    </Field>
  );
}

const TASKS = [
  { task: 'classification', title: 'a class' },
  { task: 'regression', title: 'a number' },
  { task: 'forecast', title: 'the next numbers in time' },
  { task: 'anomaly', title: 'whether a row is unusual' },
] as const satisfies readonly { readonly task: AskedTask; readonly title: string }[];

const TASK_HINTS: { readonly [task in AskedTask]?: string } = {
  forecast: 'Each partition is a series: its next rows are predicted from its earlier ones.',
  anomaly: 'Models learn what rows are like without looking at this column.',
};

function TaskField() {
  const id = useId();
  const { document, preview, catalogue, replace } = useBuilder();
  const problem = useProblems(['target', 'task']);
  const name = valueAt(document, ['target', 'column']);
  const task = valueAt(document, ['target', 'task']);
  const column = preview?.columns.find((candidate) => candidate.name === name);
  const guess = column === undefined ? null : guessTask(column);
  const choose = (next: string) => {
    const chosen = TASKS.find((one) => one.task === next);
    if (chosen === undefined || typeof name !== 'string') return;
    replace(withQuestion(document, { column: name, task: chosen.task }, { preview, catalogue }));
  };
  return (
    <Field
      id={id}
      label="It is"
      hint={TASK_HINTS[askedTaskOf(document)] ?? guess?.because ?? ''}
      problem={problem}
    >
      {(props) => (
        <select
          {...props}
          value={typeof task === 'string' ? task : ''}
          disabled={typeof name !== 'string'}
          onChange={({ target }) => choose(target.value)}
        >
          <option value="" disabled>
            choose
          </option>
          {TASKS.map((one) => (
            <option key={one.task} value={one.task}>
              {one.title}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function MetricField({ task }: { task: AskedTask }) {
  const id = useId();
  const { document, set } = useBuilder();
  const problem = useProblems(['metric']);
  const metrics = metricsOf(task);
  const quantile = valueAt(document, ['target', 'quantile']);
  const usual = usualMetric({ task, ...(typeof quantile === 'number' ? { quantile } : {}) });
  const value = valueAt(document, ['metric']);
  const chosen = metrics.find((metric) => metric === value) ?? usual;
  return (
    <Field id={id} label="Judged by" hint={`${metricMeaning(chosen)}.`} problem={problem}>
      {(props) => (
        <select
          {...props}
          value={typeof value === 'string' ? value : ''}
          onChange={({ target }) => set(['metric'], target.value === '' ? undefined : target.value)}
        >
          <option value="">{metricName(usual)} (default)</option>
          {metrics
            .filter((metric) => metric !== usual || metric === value)
            .map((metric) => (
              <option key={metric} value={metric}>
                {metricName(metric)}
              </option>
            ))}
        </select>
      )}
    </Field>
  );
}
