/**
 * `npm run bench -- flights [--rows 30000] [--rounds 3] [--keys carrier,dest] [--targets arr_delay,late]`: flights from New
 * York in 2013, by carrier and by destination: by how many minutes they arrive late, and whether by more than 15, from what is
 * known when they leave. The whole `partita run` on embedded parts beside pandas, joblib, scikit-learn and LightGBM on the
 * same rows, folds and holdout, in turns. Prints ratios and scores with their spread over the rounds, each of another seed.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { PartitionRow, RunResult } from '../../src/domain/result.ts';
import { type MeasuredProgram, measureProgram, OurStack } from './our-stack.ts';
import { flightsPackage, peerPython } from './peer-python.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '30000' },
    rounds: { type: 'string', default: '3' },
    keys: { type: 'string', default: 'carrier,dest' },
    targets: { type: 'string', default: 'arr_delay,late' },
  },
});

/** What the peer says of one partition: scores of each of its learners out of fold, of the best of them and of its global model on the holdout. */
type PeerPartition = {
  readonly cv: { readonly [learner in 'line' | 'forest' | 'boosting']: number | null };
  readonly best: 'line' | 'forest' | 'boosting';
  readonly holdout: number | null;
  readonly global: number | null;
};

/** One round: both sides, and the partitions that both have a model of. */
type Round = {
  readonly ours: MeasuredProgram;
  readonly theirs: MeasuredProgram;
  readonly pairs: readonly { readonly ours: PartitionRow; readonly theirs: PeerPartition }[];
};

const script = join(process.cwd(), 'test/bench/flights_peer.py');
const python = peerPython();
const stack = new OurStack('flights');

try {
  stack.up();
  for (const target of values.targets.split(',')) {
    const data = join(stack.folder, `${target}.csv`);
    execFileSync(python, [script, 'table', flightsPackage(python), values.rows, target, data]);
    for (const key of values.keys.split(',')) await compare(data, key, target);
  }
} finally {
  stack.close();
}

async function compare(data: string, key: string, target: string): Promise<void> {
  const rounds: Round[] = [];
  for (let round = 0; round < Number(values.rounds); round++)
    rounds.push(await runRound({ data, key, target }, round));
  const { pairs = [] } = rounds[0] ?? {};
  const metric = target === 'late' ? 'ROC AUC' : 'root mean squared error, minutes';
  console.log(`\n${target} by ${key}: ${values.rows} rows, ${pairs.length} partitions (${metric})`);
  printCosts(rounds);
  printScores(rounds);
  printVerdicts(rounds);
}

/** The peer trains on the folds that our run has dealt. */
async function runRound(
  { data, key, target }: { readonly data: string; readonly key: string; readonly target: string },
  round: number,
): Promise<Round> {
  const spec = join(stack.folder, 'flights.partita.yaml');
  writeFileSync(spec, specText({ data, key, target }, round));
  const ours = await stack.measure('run', spec, '--json', '--no-reuse');
  const result = JSON.parse(ours.output.trim().split('\n').at(-1) ?? '') as RunResult;
  const [oof, holdout] = (['oof', 'holdout'] as const).map((split) => {
    const out = join(stack.folder, `${split}.csv`);
    stack.command('predictions', result.runId, '--split', split, '--out', out);
    return out;
  }) as [string, string];
  const jobs = String(availableParallelism());
  const asked = [script, 'train', data, key, target, oof, holdout, jobs];
  const theirs = await measureProgram(python, asked, { env: process.env });
  const { partitions } = JSON.parse(theirs.output) as {
    readonly partitions: { readonly [text: string]: PeerPartition };
  };
  const pairs = result.partitions.flatMap((row) => {
    const peer = partitions[row.partition];
    return row.own === null || peer === undefined ? [] : [{ ours: row, theirs: peer }];
  });
  return { ours, theirs, pairs };
}

function specText(
  { data, key, target }: { readonly data: string; readonly key: string; readonly target: string },
  round: number,
): string {
  const isLate = target === 'late';
  return JSON.stringify({
    version: 1,
    name: `flights-${key}`,
    data: { source: { kind: 'csv', path: data } },
    partition: { by: key, min_rows: 100, on_small: 'global' },
    target: isLate
      ? { column: target, task: 'classification', positive: 'yes' }
      : { column: target, task: 'regression' },
    columns: { id: 'id', types: { [key]: 'text' } },
    algorithms: [
      isLate ? 'logistic' : 'ridge',
      { random_forest: { trees: 100 } },
      { gradient_boosting: { rounds: 100 } },
    ],
    validate: { folds: 3, holdout: 0.2 },
    metric: isLate ? 'roc_auc' : 'rmse',
    seed: 100 + round,
  });
}

function printCosts(rounds: readonly Round[]): void {
  for (const [name, pick] of [
    ['time, s', ({ seconds }: MeasuredProgram) => seconds],
    ['processor time, s', ({ cpuSeconds }: MeasuredProgram) => cpuSeconds],
    ['memory, MB', ({ peakMb }: MeasuredProgram) => peakMb],
  ] as const) {
    const ratios = spread(rounds.map(({ ours, theirs }) => pick(theirs) / pick(ours)));
    const [ours, theirs] = (['ours', 'theirs'] as const).map((side) =>
      spread(
        rounds.map((round) => pick(round[side])),
        1,
      ),
    );
    console.log(`  ${name.padEnd(18)} partita ${ours}, peer ${theirs}; peer ÷ partita ${ratios}`);
  }
}

/** Means over the partitions: how good the models of the partitions are, and the ones without partition, on the same rows. */
function printScores(rounds: readonly Round[]): void {
  const line = (name: string, pick: (pair: Round['pairs'][number]) => number | null) =>
    console.log(
      `  ${name.padEnd(44)} ${spread(
        rounds.map(({ pairs }) => mean(pairs.map(pick))),
        3,
      )}`,
    );
  console.log('  mean over the partitions, out of fold:');
  line('  partita, best of three', ({ ours }) => ours.cv);
  line('  peer, best of three', ({ theirs: { cv, best } }) => cv[best]);
  line('  LightGBM alone', ({ theirs }) => theirs.cv.boosting);
  line('  scikit-learn’s forest alone', ({ theirs }) => theirs.cv.forest);
  line('  scikit-learn’s line alone', ({ theirs }) => theirs.cv.line);
  console.log('  on the holdout:');
  line('  partita, own', ({ ours }) => ours.holdout);
  line('  peer, own', ({ theirs }) => theirs.holdout);
  line('  partita, without partition', ({ ours }) => ours.global.holdout);
  line('  peer, without partition', ({ theirs }) => theirs.global);
}

function printVerdicts(rounds: readonly Round[]): void {
  const told = rounds.map(({ pairs }) => {
    const count = (verdict: string) => pairs.filter(({ ours }) => ours.verdict === verdict).length;
    return `${count('own')} own, ${count('global')} global, ${count('tie')} tie`;
  });
  console.log(`  verdicts: ${told.join(' | ')}`);
}

function mean(numbers: readonly (number | null)[]): number {
  const known = numbers.filter((value) => value !== null);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** The median, with the least and the most. */
function spread(numbers: readonly number[], digits = 2): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const [least, median, most] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map((place) =>
    (sorted[place] ?? Number.NaN).toFixed(digits),
  );
  return `${median} (${least} … ${most})`;
}
