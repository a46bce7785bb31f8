import type { JsonObject } from '../../../../domain/json.ts';
import { ASKED_TASKS, type AskedTask } from '../../../../domain/metric.ts';
import type { Spec } from '../../../../spec/spec.ts';
import type { Preview } from '../../api/answers.ts';
import { guessTask } from './guesses.ts';
import { namesOf, type Path, valueAt, withValue } from './spec-document.ts';

/** A first guess, to be changed: rows that a forecast looks ahead. */
const USUAL_HORIZON = 12;

/** What is asked for; a class where nothing is said yet. */
export function askedTaskOf(document: JsonObject): AskedTask {
  const task = valueAt(document, ['target', 'task']);
  return ASKED_TASKS.find((known) => known === task) ?? 'classification';
}

/** Of the table and of what may be asked. */
type Known = {
  readonly preview: {
    readonly columns: readonly (Pick<Column, 'name' | 'kind' | 'distinct'> & {
      readonly top: readonly { readonly value: string; readonly count: number }[];
    })[];
  } | null;
  readonly catalogue: {
    readonly algorithms: readonly { readonly id: string; readonly tasks: readonly AskedTask[] }[];
  };
};
type Column = Preview['columns'][number];

/**
 * The document with another column to predict, or another task for it: what only the old question had is gone, and what the
 * new one can't do without is there as a guess.
 */
export function withQuestion(
  document: JsonObject,
  { column, task }: { readonly column: string; readonly task: AskedTask },
  known: Known,
): JsonObject {
  const isSameColumn = valueAt(document, ['target', 'column']) === column;
  const positive = isSameColumn ? valueAt(document, ['target', 'positive']) : undefined;
  const hasClasses = task === 'classification' || task === 'anomaly';
  const before: JsonObject = {
    ...document,
    target: {
      column,
      task,
      ...(hasClasses && positive !== undefined ? { positive } : {}),
    },
  };
  const asked = ofTask(before, task, known.catalogue);
  if (task === 'forecast') return withFuture(asked, known.preview);
  return task === 'anomaly' ? withMark(asked, column, known.preview) : asked;
}

/** The document with another column to predict, for the task that fits it; the empty choice changes nothing. */
export function withColumn(document: JsonObject, name: string, known: Known): JsonObject {
  if (name === '') return document;
  const column = known.preview?.columns.find((candidate) => candidate.name === name);
  return withQuestion(document, { column: name, task: taskFor(document, column) }, known);
}

/** What was asked for where the column can answer it: what its values look like never tells a forecast or an anomaly. */
function taskFor(
  document: JsonObject,
  column: Parameters<typeof guessTask>[0] | undefined,
): AskedTask {
  const task = askedTaskOf(document);
  if (task === 'anomaly' || (task === 'forecast' && column?.kind === 'number')) return task;
  return column === undefined ? 'classification' : guessTask(column).value;
}

/** Without what belongs to another task. */
function ofTask(
  document: JsonObject,
  task: AskedTask,
  { algorithms }: Known['catalogue'],
): JsonObject {
  const isNumber = task === 'regression' || task === 'forecast';
  const given = valueAt(document, ['algorithms']);
  const able = new Set(algorithms.filter(({ tasks }) => tasks.includes(task)).map(({ id }) => id));
  const left = Array.isArray(given) ? given.filter((entry) => able.has(nameOf(entry))) : [];
  const method = valueAt(document, ['features', 'select', 'method']);
  const isRefused = typeof method === 'string' && !isAble(method, task);
  const changes = [
    [['metric'], undefined],
    [['algorithms'], left.length === 0 ? undefined : left],
    ...(isNumber ? [] : [[['intervals'], undefined] as const]),
    ...(task === 'classification' ? [] : [[['probabilities'], undefined] as const]),
    ...(task === 'forecast' ? [] : [[['forecast'], undefined] as const]),
    ...(task === 'classification'
      ? []
      : [[['features', 'handle', 'imbalance'], undefined] as const]),
    ...(isRefused ? [[['features', 'select'], undefined] as const] : []),
    ...(task === 'anomaly' ? learnedFromLabels(document) : []),
  ] as const;
  return changes.reduce((next, [path, value]) => withValue(next, path, value), document);
}

/** Methods that choose columns without a look at the target. */
const BLIND_METHODS: readonly string[] = [
  'none',
  'variance',
  'missing_rate',
  'correlation',
] satisfies readonly Spec['features']['select']['method'][];

/** Whether a method can choose columns for a task: numbers have no classes to count, anomalies no labels to look at. */
function isAble(method: string, task: AskedTask): boolean {
  if (task === 'classification') return true;
  return task === 'anomaly' ? BLIND_METHODS.includes(method) : method !== 'chi_square';
}

/** What else anomalies, found without labels, have no place for. */
function learnedFromLabels(document: JsonObject): readonly (readonly [Path, undefined])[] {
  const encode: Path = ['features', 'handle', 'encode'];
  const isByLabels = valueAt(document, encode) === 'target';
  return [[['ensemble'], undefined], ...(isByLabels ? [[encode, undefined] as const] : [])];
}

function nameOf(entry: unknown): string {
  if (typeof entry === 'string') return entry;
  return Object.keys(entry ?? {})[0] ?? '';
}

/** A forecast goes on in time, so far. */
function withFuture(document: JsonObject, preview: Known['preview']): JsonObject {
  const asked =
    valueAt(document, ['forecast']) === undefined
      ? withValue(document, ['forecast', 'horizon'], USUAL_HORIZON)
      : document;
  const time = preview?.columns.find(({ kind }) => kind === 'time')?.name;
  return namesOf(valueAt(asked, ['time'])).length > 0 ? asked : withValue(asked, ['time'], time);
}

/** Anomalies are rare: the rarest label that was seen marks them. */
function withMark(document: JsonObject, column: string, preview: Known['preview']): JsonObject {
  if (valueAt(document, ['target', 'positive']) !== undefined) return document;
  const labels = preview?.columns.find(({ name }) => name === column)?.top ?? [];
  const rarest = labels.reduce<(typeof labels)[number] | undefined>(
    (least, label) => (least === undefined || label.count < least.count ? label : least),
    undefined,
  );
  return withValue(document, ['target', 'positive'], rarest?.value);
}
