import { defineConfig } from 'vitest/config';
import { ServersFirst } from './servers-first.ts';

type Suite = { readonly include: readonly string[]; readonly globalSetup?: string };

/** `npm run chaos` has the faults that last minutes, too; CI has a short form of each. */
const isLongChaos = process.env['PARTITA_KILLS'] !== undefined;

/** Tests that take minutes: `npm test` leaves their folders out, `npm run suite -- NAME` runs one. */
const LONG_SUITES: { readonly [name: string]: Suite } = {
  chaos: { include: [isLongChaos ? 'test/chaos/**/*.test.ts' : 'test/chaos/*.test.ts'] },
  cluster: { include: ['test/cluster/**/*.test.ts'] },
  versions: { include: ['test/versions/**/*.test.ts'] },
  // Writes test/fixtures/histories anew.
  histories: { include: ['test/histories/**/*.test.ts'] },
  // Programs of others read what we give them: an MLflow server, OpenLineage's own client.
  outside: { include: ['test/outside/**/*.test.ts'] },
  statistics: { include: ['test/statistics/**/*.test.ts'] },
  // The tests of `npm test` that compare with stored answers, here with answers that Python gives now, on other tables.
  oracle: {
    include: [
      'test/estimators/{scikit-learn,trees-oracle,contributions,mljs,least-squares}.test.ts',
      'test/estimators/{naive-bayes,knn,sparse-logistic,svm,mlp,interval,score}.test.ts',
      'test/estimators/isolation-forest.test.ts',
      'test/partition/map/k-means.test.ts',
      'test/features/handle/principal-components.test.ts',
      'test/features/select/statistics.test.ts',
      'test/features/handle/{imbalance,number-column}.test.ts',
    ],
    globalSetup: 'test/oracle/fresh-answers.ts',
  },
};

const EVERYDAY: Suite = { include: ['test/**/*.test.ts'] };

const name = process.env['PARTITA_SUITE'];
const suite = name === undefined ? EVERYDAY : LONG_SUITES[name];
if (suite === undefined)
  throw new Error(
    `There is no suite "${name}": it is one of ${Object.keys(LONG_SUITES).join(', ')}.`,
  );

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: [...suite.include],
    exclude:
      name === undefined ? ['test/{chaos,cluster,versions,outside,statistics,histories}/**'] : [],
    globalSetup: ['test/build.ts', ...(suite.globalSetup === undefined ? [] : [suite.globalSetup])],
    expect: { requireAssertions: true },
    // Two cores, and several suites start real servers: more workers only make them fight.
    maxWorkers: 2,
    sequence: { sequencer: ServersFirst },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Each suite has a report of its own, so that `.ci/run` counts them all.
    reporters: [
      'default',
      ['json', { outputFile: `.vitest-report${name === undefined ? '' : `-${name}`}.json` }],
    ],
  },
});
