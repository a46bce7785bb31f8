import type { Json } from '../../domain/json.ts';
import type { PartitionRow, PooledScore, RunResult, ScoredModel } from '../../domain/result.ts';
import type { RunStatus } from '../../domain/run.ts';
import type { Entries, MlflowStatus } from './client.ts';

/** What a run of ours says in MLflow's words. Scores that do not exist are left out: a metric is a number there. */
export function runEntries(
  result: RunResult,
  about: { readonly requestedBy: string; readonly spec: object; readonly seed: number },
): Entries {
  const { metric, totals, counts, timings } = result;
  return {
    params: {
      metric,
      task: result.task,
      engine: result.engine,
      seed: String(about.seed),
      ...flat('', about.spec),
    },
    metrics: {
      ...scores(metric, 'served', totals.served),
      ...scores(metric, 'own', totals.own),
      ...scores(metric, 'global', totals.global),
      ...only('difference', totals.comparison?.difference),
      ...only('difference/low', totals.comparison?.interval.low),
      ...only('difference/high', totals.comparison?.interval.high),
      ...under('partitions', counts),
      ...under('milliseconds', timings),
    },
    tags: {
      'mlflow.user': about.requestedBy,
      'mlflow.source.name': 'partita',
      'mlflow.source.type': 'JOB',
      'partita.status': result.status,
      'partita.experiment': result.experiment,
      'partita.spec': result.spec,
      ...(result.snapshot !== null && { 'partita.snapshot': result.snapshot }),
      ...(result.origin !== null && { 'partita.origin': result.origin.runId }),
      ...(result.error !== null && { 'mlflow.note.content': result.error }),
    },
  };
}

/** A partition, with its own best model, whoever answers for it. */
export function partitionEntries(metric: string, row: PartitionRow): Entries {
  const { difference, interval, key } = row;
  return {
    params: { ...modelParams(row), ...flat('key', key) },
    metrics: {
      ...scores(metric, 'own', row),
      ...scores(metric, 'global', row.global),
      ...only('difference', difference),
      ...only('difference/low', interval?.low),
      ...only('difference/high', interval?.high),
      ...only('optimism', row.optimism),
      rows: row.rows,
    },
    tags: {
      'partita.partition': row.partition,
      'partita.status': row.status,
      ...(row.reason !== undefined && { 'partita.reason': row.reason }),
      ...(row.verdict !== null && { 'partita.verdict': row.verdict }),
      ...(row.model !== null && { 'partita.answers': row.model }),
      ...(row.own !== null && { 'partita.model': row.own.model }),
      ...(row.origin !== undefined && { 'partita.fitted_by': row.origin }),
      ...(row.selectionOrigin !== undefined && { 'partita.selected_by': row.selectionOrigin }),
      ...(row.message !== undefined && { 'mlflow.note.content': row.message }),
    },
  };
}

/** The model without partition. */
export function globalEntries(metric: string, model: ScoredModel): Entries {
  return {
    params: modelParams(model),
    metrics: { ...scores(metric, 'own', model), ...only('optimism', model.optimism) },
    tags: { ...(model.model !== null && { 'partita.model': model.model }) },
  };
}

export function mlflowStatus(status: RunStatus): MlflowStatus {
  if (status === 'CANCELLED') return 'KILLED';
  return status === 'FAILED' ? 'FAILED' : 'FINISHED';
}

function modelParams({ algorithm, parameters }: ScoredModel): Entries['params'] {
  return { ...(algorithm !== null && { algorithm }), ...flat('parameters', parameters ?? {}) };
}

function scores(metric: string, whose: string, score: PooledScore | null): Entries['metrics'] {
  return {
    ...only(`${whose}/${metric}/cv`, score?.cv),
    ...only(`${whose}/${metric}/nested`, score?.nested),
    ...only(`${whose}/${metric}/holdout`, score?.holdout),
  };
}

function only(name: string, value: number | null | undefined): Entries['metrics'] {
  return value === null || value === undefined ? {} : { [name]: value };
}

function under(name: string, values: { readonly [of: string]: Json }): Entries['metrics'] {
  return Object.fromEntries(
    Object.entries(values).flatMap(([of, value]) =>
      typeof value === 'number' ? [[`${name}/${of}`, value]] : [],
    ),
  );
}

/** Nested settings under dotted names, as texts. */
function flat(path: string, value: object): Entries['params'] {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
      const at = path === '' ? name : `${path}.${name}`;
      if (inner === undefined) return [];
      if (typeof inner === 'object' && inner !== null && !Array.isArray(inner))
        return Object.entries(flat(at, inner));
      return [[at, typeof inner === 'string' ? inner : JSON.stringify(inner)]];
    }),
  );
}
