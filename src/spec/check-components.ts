import { findEstimator } from '../estimators/registry.ts';
import { namedParameters } from './check-algorithms.ts';
import type { ResolvedSpec } from './resolve-defaults.ts';
import type { Finding } from './schema-problems.ts';

/** Principal components take the place of all features: no parameter can name one. */
export function checkComponents({ algorithms, features }: ResolvedSpec): readonly Finding[] {
  if (features.handle.pca === undefined) return [];
  return algorithms.flatMap((entry, i): readonly Finding[] => {
    const { algorithm, parameters } = namedParameters(entry);
    const estimator = findEstimator(algorithm);
    const given = estimator?.parameters.safeParse(parameters).data;
    const name = given === undefined ? undefined : estimator?.numberColumns?.(given)[0];
    if (name === undefined) return [];
    const message = `\`${algorithm}\` reads \`${name}\`, and principal components take the place of all features. Remove \`features.handle.pca\`, or what reads the column.`;
    return [{ path: ['algorithms', i], part: 'value', message }];
  });
}
