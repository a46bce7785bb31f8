import { asJson, type JsonObject } from '../../domain/json.ts';
import { askedTask } from '../../domain/metric.ts';
import type { Spec } from '../spec.ts';

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

/** Without the lags of the target, which a forecast puts behind the steps that were written. */
function ownSteps({ forecast, features: { engineer } }: Spec): Spec['features']['engineer'] {
  return forecast === undefined ? engineer : engineer.slice(0, -1);
}
