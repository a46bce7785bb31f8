import { asJson, type JsonObject } from '../../../../domain/json.ts';
import type { Spec } from '../../../../spec/spec.ts';

/**
 * A spec that ran, as one would write it: its candidates stand as algorithms with all their parameters, so that the same
 * candidates come out of it again and nothing is left to be searched for.
 */
export function specAsWritten({ candidates, tune, ...rest }: Spec): JsonObject {
  const algorithms = candidates.map(({ algorithm, parameters }) => ({ [algorithm]: parameters }));
  return { ...asJson(rest), algorithms, tune: asJson({ ...tune, method: 'none' }) };
}
