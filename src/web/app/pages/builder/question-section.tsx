import { useId } from 'react';
import { metricsOf, type Task } from '../../../../domain/metric.ts';
import { metricMeaning, metricName } from '../../../../report/metric-words.ts';
import { Field } from '../../parts/field.tsx';
import { Section } from '../../parts/page.tsx';
import { useBuilder, useProblems } from './builder-state.tsx';
import { ColumnSelect } from './column-select.tsx';
import { SpecField } from './fields.tsx';
import { guessTask } from './guesses.ts';
import { valueAt } from './spec-document.ts';

/** Metrics that look at one class. */
const POSITIVE = ['f1', 'precision', 'recall', 'roc_auc', 'pr_auc', 'brier'];

/** What is to be predicted, and how a good prediction is told from a bad one. */
export function QuestionSection() {
  const { document } = useBuilder();
  const task = valueAt(document, ['target', 'task']);
  const metric = valueAt(document, ['metric']);
  return (
    <Section
      title="2 · The question"
      note="One column is what the models learn to predict from the others."
    >
      <div className="form">
        <TargetField />
        <TaskField />
        <MetricField task={task === 'regression' ? 'regression' : 'classification'} />
        {typeof metric === 'string' && POSITIVE.includes(metric) ? (
          <SpecField path={['target', 'positive']} label="Positive class" />
        ) : null}
      </div>
    </Section>
  );
}

function TargetField() {
  const id = useId();
  const { document, preview, replace } = useBuilder();
  const problem = useProblems(['target', 'column']);
  const value = valueAt(document, ['target', 'column']);
  const choose = (name: string) => {
    const column = preview?.columns.find((candidate) => candidate.name === name);
    const task = column === undefined ? 'classification' : guessTask(column).value;
    const { metric: _, ...rest } = document;
    replace({ ...rest, target: { column: name, task } });
  };
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

function TaskField() {
  const id = useId();
  const { document, preview, replace } = useBuilder();
  const problem = useProblems(['target', 'task']);
  const { column: name, task } = (document['target'] ?? {}) as { column?: string; task?: Task };
  const column = preview?.columns.find((candidate) => candidate.name === name);
  const guess = column === undefined ? null : guessTask(column);
  const choose = (next: string) => {
    const { metric: _, ...rest } = document;
    replace({ ...rest, target: { ...(document['target'] as object), task: next } });
  };
  return (
    <Field id={id} label="It is" hint={guess?.because ?? ''} problem={problem}>
      {(props) => (
        <select {...props} value={task ?? ''} onChange={({ target }) => choose(target.value)}>
          <option value="" disabled>
            choose
          </option>
          <option value="classification">a class</option>
          <option value="regression">a number</option>
        </select>
      )}
    </Field>
  );
}

function MetricField({ task }: { task: Task }) {
  const id = useId();
  const { document, set } = useBuilder();
  const problem = useProblems(['metric']);
  const metrics = metricsOf(task);
  const usual = task === 'classification' ? 'macro_f1' : 'rmse';
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
