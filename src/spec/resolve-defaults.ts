import { usualMetric } from '../domain/metric.ts';
import { namedParameters } from './check-algorithms.ts';
import { type Forecast, lagName, nearestLag, resolveForecast, seasonalLag } from './forecast.ts';
import type { AlgorithmEntry, ParsedSpec, Spec, TableSpec } from './spec.ts';

type Target = TrainingSpec['target'];

/** A spec whose defaults are decided; its algorithms are not yet expanded to candidates. */
export type ResolvedSpec = Omit<Spec, 'candidates'> & {
  readonly algorithms: readonly AlgorithmEntry[];
};

/** A spec that says what to learn. */
export type TrainingSpec = ParsedSpec & { readonly target: NonNullable<ParsedSpec['target']> };

/** Decides what depends on other fields: the split scheme, the metric, the algorithms, and what a forecast is made of. */
export function resolveDefaults(parsed: TrainingSpec): ResolvedSpec {
  const { $schema: _, map: __, forecast: asked, ...spec } = parsed;
  const forecast = asked === undefined ? undefined : resolveForecast(asked);
  const target = resolveTarget(parsed.target);
  const algorithms = parsed.algorithms ?? defaultAlgorithms(parsed, forecast);
  return {
    ...spec,
    target,
    ...(forecast !== undefined && {
      forecast,
      features: {
        ...spec.features,
        engineer: withLags(spec.features.engineer, target.column, forecast),
      },
    }),
    ...(target.isAnomaly === true && { features: withoutLabels(spec.features) }),
    metric: parsed.metric ?? usualMetric(parsed.target),
    validate: { ...parsed.validate, scheme: parsed.validate.scheme ?? defaultScheme(parsed) },
    algorithms: forecast
      ? fromLags(algorithms, target.column, forecast)
      : markedBy(atQuantile(algorithms, target), target),
  };
}

function resolveTarget(target: Target): Spec['target'] {
  switch (target.task) {
    case 'forecast':
      return { ...target, task: 'regression' };
    case 'anomaly':
      return { ...target, task: 'classification', isAnomaly: true };
    case 'classification':
    case 'regression':
      return { ...target, task: target.task };
  }
}

/** Of text with very many levels `auto` would look at the labels. */
function withoutLabels(features: Spec['features']): Spec['features'] {
  const { handle } = features;
  return handle.encode === 'auto'
    ? { ...features, handle: { ...handle, encode: 'ordinal' } }
    : features;
}

/** An isolation forest is told which label marks what it looks for. */
function markedBy(
  entries: readonly AlgorithmEntry[],
  { positive, isAnomaly }: Spec['target'],
): readonly AlgorithmEntry[] {
  if (isAnomaly !== true || positive === undefined) return entries;
  return entries.map((entry) => {
    const { algorithm, parameters } = namedParameters(entry);
    return { [algorithm]: { ...parameters, anomaly: positive } };
  });
}

/** Last, so that the user's steps keep their places. */
function withLags(
  steps: Spec['features']['engineer'],
  column: string,
  { lags }: Forecast,
): Spec['features']['engineer'] {
  return [...steps, { lag: { columns: [column], steps: [...lags] } }];
}

/** The algorithms that carry an earlier value on are told which. */
function fromLags(
  entries: readonly AlgorithmEntry[],
  column: string,
  forecast: Forecast,
): readonly AlgorithmEntry[] {
  const carried = carriedLags(forecast);
  return entries.map((entry) => {
    const { algorithm, parameters } = namedParameters(entry);
    const lag = carried[algorithm];
    if (lag === undefined) return entry;
    return { [algorithm]: { column: lagName(column, lag), ...parameters } };
  });
}

/** The lag that each algorithm carries on. */
function carriedLags(forecast: Forecast): { readonly [algorithm: string]: number | undefined } {
  return { seasonal_naive: seasonalLag(forecast), drift: nearestLag(forecast) };
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

function defaultScheme({ time, validate, target }: TrainingSpec): Spec['validate']['scheme'] {
  if (time !== undefined) return 'time';
  if (validate.group !== undefined) return 'group';
  return target.task === 'regression' ? 'shuffled' : 'stratified';
}

const FORECASTERS = [
  'seasonal_naive',
  'drift',
  'ridge',
  'random_forest',
  'gradient_boosting',
] as const;

function defaultAlgorithms(
  { target: { task, quantile }, features }: TrainingSpec,
  forecast: Forecast | undefined,
): readonly AlgorithmEntry[] {
  if (quantile !== undefined) return ['baseline', 'gradient_boosting'];
  if (forecast !== undefined) return forecasters(forecast, features);
  if (task === 'anomaly') return ['isolation_forest'];
  const linear = task === 'classification' ? 'logistic' : 'ridge';
  return ['baseline', linear, 'random_forest', 'gradient_boosting'];
}

/** Without those that carry on a lag that is not asked for, or that components take the place of. */
function forecasters(forecast: Forecast, { handle }: Spec['features']): readonly AlgorithmEntry[] {
  const carried = carriedLags(forecast);
  return FORECASTERS.filter((algorithm) => {
    const lag = carried[algorithm];
    return lag === undefined || (handle.pca === undefined && forecast.lags.includes(lag));
  });
}

/** Algorithms that can predict a quantile are asked for the target's, unless their entry says otherwise. */
function atQuantile(
  entries: readonly AlgorithmEntry[],
  { quantile }: Pick<Target, 'quantile'>,
): readonly AlgorithmEntry[] {
  if (quantile === undefined) return entries;
  return entries.map((entry) => {
    const { algorithm, parameters } = namedParameters(entry);
    if (algorithm === 'baseline') return { baseline: { quantile, ...parameters } };
    if (algorithm !== 'gradient_boosting' || 'objective' in parameters) return entry;
    return { gradient_boosting: { objective: 'quantile', quantile, ...parameters } };
  });
}
