import type { Metric, Task } from '../domain/metric.ts';
import type { AlgorithmEntry, ParsedSpec, Spec, TableSpec } from './spec.ts';

/** A spec whose defaults are decided; its algorithms are not yet expanded to candidates. */
export type ResolvedSpec = Omit<Spec, 'candidates'> & {
  readonly algorithms: readonly AlgorithmEntry[];
};

/** A spec that says what to learn. */
export type TrainingSpec = ParsedSpec & { readonly target: Spec['target'] };

/** Decides what depends on other fields: the split scheme, the metric and the algorithms. */
export function resolveDefaults(parsed: TrainingSpec): ResolvedSpec {
  const { $schema: _, map: __, ...spec } = parsed;
  const { task } = parsed.target;
  return {
    ...spec,
    metric: parsed.metric ?? defaultMetric(task),
    validate: { ...parsed.validate, scheme: parsed.validate.scheme ?? defaultScheme(parsed) },
    algorithms: parsed.algorithms ?? defaultAlgorithms(task),
  };
}

/** What reads the table for `partita map`, which learns nothing and splits nothing. */
export function tableSpec(parsed: ParsedSpec): TableSpec {
  const { version, name, data, partition, time, columns, engine, limits } = parsed;
  const { tune, global, seed, strict, features, validate } = parsed;
  return {
    version,
    name,
    data,
    partition,
    columns,
    engine,
    limits,
    tune,
    global,
    seed,
    strict,
    ...(time !== undefined && { time }),
    features: { ...features, engineer: [] },
    validate: { ...validate, scheme: 'shuffled' },
  };
}

function defaultMetric(task: Task): Metric {
  return task === 'classification' ? 'macro_f1' : 'rmse';
}

function defaultScheme({ time, validate, target }: TrainingSpec): Spec['validate']['scheme'] {
  if (time !== undefined) return 'time';
  if (validate.group !== undefined) return 'group';
  return target.task === 'classification' ? 'stratified' : 'shuffled';
}

function defaultAlgorithms(task: Task): readonly AlgorithmEntry[] {
  const linear = task === 'classification' ? 'logistic' : 'ridge';
  return ['baseline', linear, 'random_forest', 'gradient_boosting'];
}
