/**
 * `npm run bench -- skew [--partitions 100] [--rows 60000] [--exponent 1]`: a table whose partitions have Zipf's sizes,
 * trained twice with different seeds. Prints what `partita plan` says of training before each run beside what it took, and
 * how long it took beside the lower bound: the larger of all work shared by the threads, and the longest piece.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findPostgres, postgresUrl } from '../../src/embedded/postgres.ts';
import { postgresPassword } from '../../src/embedded/postgres-home.ts';
import { queryServer } from '../../src/embedded/server-query.ts';
import { writeFanoutCsv } from './fanout-data.ts';

const { values } = parseArgs({
  options: {
    partitions: { type: 'string', default: '100' },
    rows: { type: 'string', default: '60000' },
    exponent: { type: 'string', default: '1' },
  },
});

const cli = join(process.cwd(), 'dist/cli/partita.js');
const folder = mkdtempSync(join(tmpdir(), 'partita-skew-'));
const state = join(folder, '.partita');
const env = { ...process.env, PARTITA_FOLDER: state };
const spec = join(folder, 'skew.partita.yaml');
const data = join(folder, 'skew.csv');
const threads = availableParallelism();
const FOLDS = 5;

type Ran = { readonly runId: string; readonly timings: { readonly train: number } };

try {
  const sizes = zipfSizes();
  const shape = { partitions: sizes.length, rows: sizes[0] ?? 0, sizes };
  await writeFanoutCsv(data, { ...shape, features: 8, seed: 11 });
  command('up');
  for (const seed of [1, 2]) {
    writeFileSync(spec, specText(seed));
    const plan = command('plan', spec, '--json') as {
      readonly estimatedSeconds: number;
      readonly estimateBasis: string;
    };
    const { runId, timings } = command('run', spec, '--json') as Ran;
    const took = timings.train / 1000;
    const bound = await lowerBound(runId);
    console.log(
      [
        `run ${seed}: estimated ${plan.estimatedSeconds.toFixed(1)} s (${plan.estimateBasis}), took ${took.toFixed(1)} s: ${(plan.estimatedSeconds / took).toFixed(2)} of it`,
        `       lower bound ${bound.toFixed(1)} s: ${(took / bound).toFixed(2)} of it; load ${loadavg()[0]?.toFixed(1)} on ${threads} threads`,
      ].join('\n'),
    );
  }
} finally {
  command('down');
  rmSync(folder, { recursive: true, force: true });
}

/** The i-th partition has 1 ÷ i^exponent of the largest one's rows, 20 at least. */
function zipfSizes(): readonly number[] {
  const shares = Array.from(
    { length: Number(values.partitions) },
    (_, i) => 1 / (i + 1) ** Number(values.exponent),
  );
  const all = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => Math.max(20, Math.round((Number(values.rows) * share) / all)));
}

/** Seconds. The model without partition, and partitions that threads share, are trained fit by fit, the others in one piece. */
async function lowerBound(runId: string): Promise<number> {
  const port = findPostgres(state)?.port ?? 0;
  const url = postgresUrl({ port, password: postgresPassword(state) }, 'partita');
  const [row] = await queryServer(
    url,
    `select sum(ms)::float8 as all, max(case when row_count > $2 then longest_fit else ms end)::float8 as longest
     from training join run_partition using (run_id, partition_id) join (
       select run_id, partition_id, max(fit_ms) / ${FOLDS}.0 as longest_fit from candidate group by 1, 2) fits
       using (run_id, partition_id)
     where run_id = $1`,
    [runId, Math.max(20_000, Number(values.rows) / threads / 2)],
  );
  const { all, longest } = row as { readonly all: number; readonly longest: number };
  return Math.max(all / threads, longest) / 1000;
}

function command(...args: readonly string[]): unknown {
  const text = execFileSync(process.execPath, [cli, ...args], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return args.includes('--json') ? JSON.parse(text) : text;
}

function specText(seed: number): string {
  return JSON.stringify({
    version: 1,
    name: 'skew',
    seed,
    data: { source: { kind: 'csv', path: data } },
    partition: { by: 'segment', min_rows: 20, on_small: 'global' },
    target: { column: 'label', task: 'classification' },
    metric: 'log_loss',
    validate: { folds: FOLDS },
    algorithms: [
      'logistic',
      { random_forest: { trees: 30 } },
      { gradient_boosting: { rounds: 30 } },
    ],
  });
}
