import type { Json, JsonObject } from '../../../../../domain/json.ts';
import { usualMetric } from '../../../../../domain/metric.ts';
import { metricName } from '../../../../../report/metric-words.ts';
import { countedText } from '../../../../../report/number-text.ts';
import type { SpecProblem } from '../../../../contract/problem.ts';
import type { GraphNode, Link } from '../../../parts/graph/graph-node.ts';
import { askedTaskOf } from '../asked-task.ts';
import { namesOf, type Path, valueAt } from '../spec-document.ts';

type Stage = {
  readonly id: string;
  /** What it decides, as the head of its fields. */
  readonly meaning: string;
  /** The parts of the spec that it answers for; the longest that fits a place wins. */
  readonly owns: readonly Path[];
  /** Stages that it waits for. */
  readonly after: readonly StageId[];
  /** What the spec says of it, in a few words. */
  readonly note: (document: JsonObject) => string;
  /** What can't be left out. */
  readonly needed?: { readonly path: Path; readonly note: string };
};

export type StageId =
  | 'source'
  | 'snapshot'
  | 'condition'
  | 'features'
  | 'select'
  | 'train'
  | 'global'
  | 'evaluate'
  | 'choose'
  | 'report';

/** The way of the data through a run, and which part of the spec each stage of it follows. */
export const STAGES: readonly (Stage & { readonly id: StageId })[] = [
  {
    id: 'source',
    meaning: 'Where the table comes from',
    owns: [['data']],
    after: [],
    needed: { path: ['data', 'source'], note: 'which table?' },
    note: (document) => sourceText(valueAt(document, ['data', 'source'])),
  },
  {
    id: 'snapshot',
    meaning: 'What the columns are for',
    owns: [['target'], ['time'], ['columns'], ['forecast']],
    after: ['source'],
    needed: { path: ['target', 'column'], note: 'predict what?' },
    note: (document) => textAt(document, ['target', 'column']),
  },
  {
    id: 'condition',
    meaning: 'What divides the table',
    owns: [['partition']],
    after: ['snapshot'],
    needed: { path: ['partition', 'by'], note: 'divided by?' },
    note: (document) => `by ${namesOf(valueAt(document, ['partition', 'by'])).join(' / ')}`,
  },
  {
    id: 'features',
    meaning: 'What is made of the columns',
    owns: [['features']],
    after: ['condition'],
    note: (document) => {
      const steps = lengthAt(document, ['features', 'engineer']);
      return steps === 0 ? 'as they are' : countedText(steps, 'step');
    },
  },
  {
    id: 'select',
    meaning: 'Which columns are kept',
    owns: [['features', 'select']],
    after: ['features'],
    note: (document) => {
      const method = textAt(document, ['features', 'select', 'method']) || 'none';
      return method === 'none' ? 'all columns' : method.replaceAll('_', ' ');
    },
  },
  {
    id: 'train',
    meaning: 'What is trained on every partition',
    owns: [['algorithms'], ['tune'], ['ensemble'], ['limits'], ['map']],
    after: ['select'],
    note: (document) => {
      const given = lengthAt(document, ['algorithms']);
      return given === 0 ? 'usual ones' : countedText(given, 'algorithm');
    },
  },
  {
    id: 'global',
    meaning: 'The model without partition',
    owns: [['global']],
    after: ['select'],
    note: (document) => (isGlobal(document) ? 'all rows' : 'left out'),
  },
  {
    id: 'evaluate',
    meaning: 'On which rows models are judged, and what they look at',
    owns: [['validate'], ['explain']],
    after: ['train', 'global'],
    note: (document) => countedText(numberAt(document, ['validate', 'folds'], 3), 'fold'),
  },
  {
    id: 'choose',
    meaning: 'By what the best is chosen',
    owns: [['metric'], ['probabilities'], ['intervals']],
    after: ['evaluate'],
    note: (document) => {
      const task = askedTaskOf(document);
      const metric = valueAt(document, ['metric']) ?? usualMetric({ task });
      return `by ${metricName(metric as Parameters<typeof metricName>[0])}`;
    },
  },
  {
    id: 'report',
    meaning: 'The run: its name, and what it runs with',
    owns: [[]],
    after: ['choose'],
    needed: { path: ['name'], note: 'which name?' },
    note: (document) => textAt(document, ['name']),
  },
];

/** The stage that answers for a place of the spec. */
export function stageOf(path: Path): StageId {
  const lengths = STAGES.map(({ owns }) =>
    Math.max(...owns.map((own) => (own.every((step, i) => path[i] === step) ? own.length : -1))),
  );
  return STAGES[lengths.indexOf(Math.max(...lengths))]?.id ?? 'report';
}

/** The stages with what the spec says of each, what is missing and what is wrong. */
export function stageNodes(
  document: JsonObject,
  problems: readonly SpecProblem[],
): readonly GraphNode[] {
  return STAGES.map((stage) => {
    const { id, needed, note } = stage;
    const wrong = problems.filter(({ path }) => stageOf(path) === id).length;
    const common = { id, title: id };
    if (needed !== undefined && valueAt(document, needed.path) === undefined)
      return { ...common, note: needed.note, tone: 'waiting' };
    if (wrong > 0) return { ...common, note: countedText(wrong, 'mistake'), tone: 'failed' };
    return { ...common, note: note(document), tone: toneOf(id, document) };
  });
}

/** As on the page of a run: own is blue, global orange. */
function toneOf(id: StageId, document: JsonObject): GraphNode['tone'] {
  if (id === 'train') return 'own';
  if (id !== 'global') return 'done';
  return isGlobal(document) ? 'global' : 'waiting';
}

export const STAGE_LINKS: readonly Link[] = STAGES.flatMap(({ id, after }) =>
  after.map((from) => ({ from, to: id })),
);

function isGlobal(document: JsonObject): boolean {
  return valueAt(document, ['global', 'enabled']) !== false;
}

/** The table, or the last part of a path. */
function sourceText(source: Json | undefined): string {
  const named = textAt(source, ['table']) || textAt(source, ['path']);
  if (/(^|\/)uploads\//.test(named)) return 'uploaded file';
  return named.split('/').at(-1) || textAt(source, ['kind']);
}

function textAt(document: Json | undefined, path: Path): string {
  const value = valueAt(document, path);
  return typeof value === 'string' ? value : '';
}

function numberAt(document: JsonObject, path: Path, usual: number): number {
  const value = valueAt(document, path);
  return typeof value === 'number' ? value : usual;
}

function lengthAt(document: JsonObject, path: Path): number {
  const value = valueAt(document, path);
  return Array.isArray(value) ? value.length : 0;
}
