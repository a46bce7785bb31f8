import type { Metric, Task } from '../domain/metric.ts';
import type { AlgorithmEntry, ParsedSpec, Spec } from './spec.ts';

/** A spec whose defaults are decided; its algorithms are not yet expanded to candidates. */
export type ResolvedSpec = Omit<Spec, 'candidates'> & {
  readonly algorithms: readonly AlgorithmEntry[];
};

/** Decides what depends on other fields: the split scheme, the metric and the algorithms. */
export function resolveDefaults(parsed: ParsedSpec): ResolvedSpec {
  const { $schema: _, ...spec } = parsed;
  const { task } = parsed.target;
  return {
    ...spec,
    metric: parsed.metric ?? defaultMetric(task),
    validate: { ...parsed.validate, scheme: parsed.validate.scheme ?? defaultScheme(parsed) },
    algorithms: parsed.algorithms ?? defaultAlgorithms(task),
  };
}

function defaultMetric(task: Task): Metric {
  return task === 'classification' ? 'macro_f1' : 'rmse';
}

function defaultScheme({ time, validate, target }: ParsedSpec): Spec['validate']['scheme'] {
  if (time !== undefined) return 'time';
  if (validate.group !== undefined) return 'group';
  return target.task === 'classification' ? 'stratified' : 'shuffled';
}

function defaultAlgorithms(task: Task): readonly AlgorithmEntry[] {
  const linear = task === 'classification' ? 'logistic' : 'ridge';
  return ['baseline', linear, 'random_forest', 'gradient_boosting'];
}
