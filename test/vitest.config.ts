import { defineConfig } from 'vitest/config';

/** Folders of tests that take minutes each: `npm test` leaves them out, `npm run suite -- NAME` runs one. */
const LONG_SUITES: readonly string[] = ['chaos', 'cluster', 'oracle', 'versions'];

const suite = process.env['PARTITA_SUITE'];
if (suite !== undefined && !LONG_SUITES.includes(suite))
  throw new Error(`There is no suite "${suite}": it is one of ${LONG_SUITES.join(', ')}.`);

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: [suite === undefined ? 'test/**/*.test.ts' : `test/${suite}/**/*.test.ts`],
    exclude: suite === undefined ? LONG_SUITES.map((name) => `test/${name}/**`) : [],
    globalSetup: ['test/build.ts'],
    expect: { requireAssertions: true },
    // Two cores, and several suites start real servers: more workers only make them fight.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default', ['json', { outputFile: reportOf(suite) }]],
  },
});

/** Each suite has a report of its own, so that `.ci/run` counts them all. */
function reportOf(name: string | undefined): string {
  return name === undefined ? '.vitest-report.json' : `.vitest-report-${name}.json`;
}
