/**
 * `npm run bench -- spark [--only wire,train,many] [--rounds 5] [--warm 3] [--rows 1000000,10000000] [--groups 200] [--partitions 200]
 * [--alone]`: partition functions on a local[2] Spark beside PySpark on the same server, in turns.
 * - `wire`: echo and mean over rows in groups, against applyInArrow and applyInPandas
 * - `train`: 200 × 1,000 × 10, logistic, forest and boosting with 3 folds, against applyInPandas + scikit-learn + LightGBM
 * - `many`: time per partition of 10,000 partitions × 200 rows, against that of 1,000
 * Prints the peer's time ÷ ours, the median of the rounds with their spread, after rounds that warm all up: the virtual
 * machine of Spark compiles for its first minute, most of it what is common to all.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startTestSpark } from '../support/spark.ts';
import { PeerProcess } from './peer-process.ts';
import { sparkPeerPython } from './peer-python.ts';
import { writeFanoutSnapshot, writeWireSnapshot } from './spark-data.ts';
import { openOurs } from './spark-ours.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'wire,train,many' },
    rounds: { type: 'string', default: '5' },
    warm: { type: 'string', default: '3' },
    rows: { type: 'string', default: '1000000,10000000' },
    groups: { type: 'string', default: '200' },
    partitions: { type: 'string', default: '200' },
    many: { type: 'string', default: '10000' },
    alone: { type: 'boolean', default: false },
  },
});

type Measured = { readonly seconds: number; readonly score?: number };
type Entrant = { readonly name: string; readonly run: () => Promise<Measured> };

/** Spark's partitions: ours come from the plan, PySpark's are set to as many. */
const SPARK_PARTITIONS = 16;

const folder = mkdtempSync(join(tmpdir(), 'partita-bench-'));
const server = await startTestSpark({ isLasting: true });
const ours = await openOurs(server.remote);
const peer = values.alone
  ? null
  : new PeerProcess(sparkPeerPython(), 'spark_peer.py', server.remote, String(SPARK_PARTITIONS));
try {
  const parts = values.only.split(',');
  if (parts.includes('wire')) for (const rows of values.rows.split(',')) await wire(Number(rows));
  if (parts.includes('train')) await train();
  if (parts.includes('many')) await many();
} finally {
  peer?.close();
  await ours.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function wire(rows: number): Promise<void> {
  const partitions = Number(values.groups);
  const path = join(folder, `wire-${rows}.parquet`);
  const snapshot = await writeWireSnapshot(path, { rows: rows / partitions, partitions });
  for (const job of ['mean', 'echo'] as const) {
    await inTurns(`${job}, ${rows} rows in ${partitions} groups`, [
      { name: 'partita', run: () => ours[job](snapshot) },
      ...theirs('applyInArrow', { job, api: 'arrow', path }),
      ...theirs('applyInPandas', { job, api: 'pandas', path }),
    ]);
  }
}

async function train(): Promise<void> {
  const path = join(folder, 'train.parquet');
  const partitions = Number(values.partitions);
  const shape = { partitions, rows: 1000, features: 10, seed: 7 };
  const snapshot = await writeFanoutSnapshot(path, shape);
  await inTurns(`reference job, ${partitions} × 1000 × 10`, [
    { name: 'partita', run: () => ours.train(snapshot, ALGORITHMS) },
    ...theirs('applyInPandas + scikit-learn + LightGBM', { job: 'train', path }),
  ]);
}

const ALGORITHMS = [
  'logistic',
  { random_forest: { trees: 100 } },
  { gradient_boosting: { rounds: 100 } },
];

/** Ours alone: a partition must not cost more because there are many. */
async function many(): Promise<void> {
  const most = Number(values.many);
  const entrants = await Promise.all(
    [most, most / 10].map(async (partitions) => {
      const path = join(folder, `many-${partitions}.parquet`);
      const shape = { partitions, rows: 200, features: 10, seed: 7 };
      const snapshot = await writeFanoutSnapshot(path, shape);
      const run = async () => {
        const { seconds } = await ours.train(snapshot, ['logistic']);
        return { seconds: seconds / partitions };
      };
      return { name: `${partitions} partitions, each`, run };
    }),
  );
  await inTurns('time per partition (of the fewer ÷ of the more: at least 0.83)', entrants);
}

function theirs(name: string, question: object): readonly Entrant[] {
  return peer === null ? [] : [{ name, run: () => peer.ask<Measured>(question) }];
}

/** In turns, so that what else the machine does meets all; the first entrant is the one that the others are divided by. */
async function inTurns(title: string, entrants: readonly Entrant[]): Promise<void> {
  console.log(`\n${title}`);
  const times = entrants.map((): number[] => []);
  const warm = Number(values.warm);
  for (let round = 1 - warm; round <= Number(values.rounds); round++) {
    // Each at each place in turn: whoever comes after another meets what it left behind.
    const order = entrants.map((_, i) => (i + round + warm) % entrants.length);
    for (const i of order) {
      const { name, run } = entrants[i] as Entrant;
      const { seconds, score } = await run();
      const told = score === undefined ? '' : `  score ${score.toFixed(4)}`;
      console.log(
        `  ${round <= 0 ? 'warm-up' : `round ${round}`}  ${(1000 * seconds).toFixed(1)} ms  ${name}${told}`,
      );
      if (round > 0) times[i]?.push(seconds);
    }
  }
  const [first = []] = times;
  entrants.forEach(({ name }, i) => {
    const ratios = (times[i] ?? []).map((time, round) => time / (first[round] as number));
    ratios.sort((a, b) => a - b);
    const median = ratios[Math.floor(ratios.length / 2)] ?? Number.NaN;
    const spread = `${ratios[0]?.toFixed(2)} … ${ratios.at(-1)?.toFixed(2)}`;
    if (i > 0) console.log(`  ${name} ÷ ${entrants[0]?.name}: ${median.toFixed(2)} (${spread})`);
  });
}
