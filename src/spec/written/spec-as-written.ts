import { asJson, type JsonObject } from '../../domain/json.ts';
import { askedTask } from '../../domain/metric.ts';
import type { Spec } from '../spec.ts';

type Steps = Spec['features']['engineer'];

/**
 * A spec that ran, as one would write it: its task is what was asked for, and its candidates stand as algorithms with all
 * their parameters, so that the same candidates come out of it again and nothing is left to be searched for.
 */
export function specAsWritten(spec: Spec): JsonObject {
  const { candidates, tune, target, features, forecast, ...rest } = spec;
  const { isAnomaly: _, ...asked } = target;
  const algorithms = candidates.map(({ algorithm, parameters }) => ({ [algorithm]: parameters }));
  return {
    ...asJson(rest),
    target: asJson({ ...asked, task: askedTask(spec) }),
    ...(forecast === undefined ? {} : { forecast: asJson(forecastAsWritten(forecast)) }),
    features: asJson({ ...features, engineer: ownSteps(spec) }),
    algorithms,
    tune: asJson({ ...tune, method: 'none' }),
  };
}

/** To know no column in advance is to leave the list out. */
function forecastAsWritten({ known, ...rest }: NonNullable<Spec['forecast']>): object {
  return known.length === 0 ? rest : { ...rest, known };
}

/** Without the lags of the target, which a forecast puts behind the steps that were written; what somebody put behind those stays. */
function ownSteps({ forecast, target, features: { engineer } }: Spec): Steps {
  if (forecast === undefined) return engineer;
  const lags = engineer.findLastIndex((step) => isLagOf(step, target.column, forecast.lags));
  return engineer.filter((_, i) => i !== lags);
}

function isLagOf(step: Steps[number], column: string, lags: readonly number[]): boolean {
  if (!('lag' in step)) return false;
  const { columns, steps } = step.lag;
  const isOfColumn = columns.length === 1 && columns[0] === column;
  return isOfColumn && steps.length === lags.length && lags.every((lag, i) => steps[i] === lag);
}
