import type { Metric } from '../domain/metric.ts';
import { namedParameters } from './check-algorithms.ts';
import type { AlgorithmEntry, ParsedSpec, Spec, TableSpec } from './spec.ts';

type Target = Spec['target'];

/** A spec whose defaults are decided; its algorithms are not yet expanded to candidates. */
export type ResolvedSpec = Omit<Spec, 'candidates'> & {
  readonly algorithms: readonly AlgorithmEntry[];
};

/** A spec that says what to learn. */
export type TrainingSpec = ParsedSpec & { readonly target: Spec['target'] };

/** Decides what depends on other fields: the split scheme, the metric and the algorithms. */
export function resolveDefaults(parsed: TrainingSpec): ResolvedSpec {
  const { $schema: _, map: __, ...spec } = parsed;
  return {
    ...spec,
    metric: parsed.metric ?? defaultMetric(parsed.target),
    validate: { ...parsed.validate, scheme: parsed.validate.scheme ?? defaultScheme(parsed) },
    algorithms: atQuantile(parsed.algorithms ?? defaultAlgorithms(parsed.target), parsed.target),
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

function defaultMetric({ task, quantile }: Target): Metric {
  if (quantile !== undefined) return 'pinball';
  return task === 'classification' ? 'macro_f1' : 'rmse';
}

function defaultScheme({ time, validate, target }: TrainingSpec): Spec['validate']['scheme'] {
  if (time !== undefined) return 'time';
  if (validate.group !== undefined) return 'group';
  return target.task === 'classification' ? 'stratified' : 'shuffled';
}

function defaultAlgorithms({ task, quantile }: Target): readonly AlgorithmEntry[] {
  if (quantile !== undefined) return ['baseline', 'gradient_boosting'];
  const linear = task === 'classification' ? 'logistic' : 'ridge';
  return ['baseline', linear, 'random_forest', 'gradient_boosting'];
}

/** Algorithms that can predict a quantile are asked for the target's, unless their entry says otherwise. */
function atQuantile(
  entries: readonly AlgorithmEntry[],
  { quantile }: Target,
): readonly AlgorithmEntry[] {
  if (quantile === undefined) return entries;
  return entries.map((entry) => {
    const { algorithm, parameters } = namedParameters(entry);
    if (algorithm === 'baseline') return { baseline: { quantile, ...parameters } };
    if (algorithm !== 'gradient_boosting' || 'objective' in parameters) return entry;
    return { gradient_boosting: { objective: 'quantile', quantile, ...parameters } };
  });
}
