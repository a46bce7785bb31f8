import type { MapFunctionName } from '../../spec/map.ts';
import { adf } from './adf.ts';
import { describe } from './describe.ts';
import { anova, kruskal } from './group-tests.ts';
import { isolation } from './isolation.ts';
import { kMeans } from './k-means.ts';
import { ksTest } from './ks-test.ts';
import { missingness } from './missingness.ts';
import { psi } from './psi.ts';
import type { OutputSchema, RowFunction } from './row-function.ts';

const BUILT_IN = {
  describe,
  missingness,
  ks_test: ksTest,
  psi,
  anova,
  kruskal,
  adf,
  isolation_forest: isolation,
  k_means: kMeans,
} as const;

/** The built-in row function of that name; its arguments were checked with the spec. */
export function builtInFunction(name: MapFunctionName): RowFunction {
  return BUILT_IN[name] as RowFunction<OutputSchema, never> as RowFunction;
}
