/**
 * `npm run bench -- kernels [--algorithms knn,svm] [--sizes 500x5,1000x10] [--rounds 3] [--seconds 0.5] [--alone] [--readme]`:
 * what a fit and a prediction cost in processor time, beside scikit-learn and LightGBM on one thread, in turns, with the
 * scores on the same unseen rows. Prints the peer's time ÷ ours, the median of the rounds with their spread; `--readme`
 * writes the table of the README anew.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { registry } from '../../src/estimators/registry.ts';
import { casesOf, type KernelCase } from './kernel-cases.ts';
import { type KernelTable, makeTable, sizeText, writeTable } from './kernel-data.ts';
import { KernelPeer, type Measured } from './kernel-peer.ts';
import {
  type KernelRow,
  markdownTable,
  median,
  ratiosOf,
  type Timed,
  verdictOf,
  writeIntoReadme,
} from './kernel-table.ts';
import { measureOurs } from './measure-kernel.ts';
import { peerPython } from './peer-python.ts';

const SIZES = '500x5,1000x10,10000x20,50000x20,100000x50';

const { values } = parseArgs({
  options: {
    algorithms: { type: 'string' },
    sizes: { type: 'string', default: SIZES },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '0.5' },
    alone: { type: 'boolean', default: false },
    readme: { type: 'boolean', default: false },
  },
});

const seconds = Number(values.seconds);
const cases = casesOf(registry, values.algorithms?.split(','));
const folder = mkdtempSync(join(tmpdir(), 'partita-kernels-'));
const measured: KernelRow[] = [];
const peer = values.alone ? null : new KernelPeer(peerPython());
try {
  printHead();
  for (const size of values.sizes.split(',')) {
    await measureSize(size);
    // After each: who stops it has what was measured.
    if (values.readme) writeTableIntoReadme();
  }
} finally {
  peer?.close();
  rmSync(folder, { recursive: true, force: true });
}

async function measureSize(size: string): Promise<void> {
  const [rows, columns] = size.split('x').map(Number) as [number, number];
  for (const task of ['classification', 'regression'] as const) {
    const table = makeTable({ rows, columns, task, seed: 42 });
    const file = writeTable(folder, table);
    for (const one of cases.filter((candidate) => candidate.task === task)) {
      if (rows > (one.estimator.supports.maxRows ?? Infinity)) continue;
      await measureCase(one, table, file);
    }
  }
}

/** In turns, so that what else the machine does meets both. */
async function measureCase(one: KernelCase, table: KernelTable, file: string): Promise<void> {
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const answer = await peer?.measure(one, table, file, seconds);
    if (answer != null) theirs.push(answer);
    ours.push(measureOurs(one, table, seconds));
  }
  const size = { rows: table.rows, columns: table.columns };
  const row = { one, size, ratios: ratiosOf(ours, theirs) };
  measured.push(row);
  print(row, table, ours, theirs);
}

function writeTableIntoReadme(): void {
  const day = new Date().toISOString().slice(0, 10);
  const words = `Measured on ${day}, ${cpus()[0]?.model.trim()}, load ${loadavg()[0]?.toFixed(1)}: the peer's processor time ÷ ours on one thread (above 1, ours takes less), the median of ${values.rounds} rounds.`;
  writeIntoReadme(join(process.cwd(), 'README.md'), markdownTable(measured), words);
}

function printHead(): void {
  console.log(
    'peer ÷ ours: above 1, ours takes less processor time. Median (least … most) of the rounds.\n',
  );
  console.log(
    `${'size'.padEnd(10)} ${'algorithm'.padEnd(28)} ${'fit ms'.padStart(9)} ${'peer'.padStart(9)}  ${'fit'.padEnd(22)} ${'per row'.padEnd(22)} ${'batches of 10'.padEnd(22)} score peer → ours`,
  );
}

function print(
  row: KernelRow,
  table: KernelTable,
  ours: readonly Measured[],
  theirs: readonly Measured[],
): void {
  const columns = [
    sizeText(table).padEnd(10),
    row.one.name.padEnd(28),
    least(ours, 'fitMs').toFixed(2).padStart(9),
    (theirs.length === 0 ? '–' : least(theirs, 'fitMs').toFixed(2)).padStart(9),
    '',
  ];
  const ratios = (['fitMs', 'rowMicros', 'batchMicros'] as const).map((what) =>
    ratioText(row, what).padEnd(22),
  );
  const score = `${theirs[0]?.score.toFixed(4) ?? '–'} → ${ours[0]?.score.toFixed(4)}`;
  console.log([...columns, ...ratios, score, verdictText(row)].join(' '));
}

/** What the machine's other work disturbed least. */
function least(measured: readonly Measured[], what: keyof Measured): number {
  return Math.min(...measured.map((round) => round[what]));
}

function ratioText({ ratios }: KernelRow, what: Timed): string {
  const sorted = ratios[what];
  if (sorted.length === 0) return '–';
  return `${median(sorted).toFixed(2)} (${sorted[0]?.toFixed(2)} … ${sorted.at(-1)?.toFixed(2)})`;
}

function verdictText(row: KernelRow): string {
  const verdict = verdictOf(row);
  if (verdict === undefined) return '';
  const what = verdict.what === 'fitMs' ? 'fit' : 'prediction';
  return `  ${verdict.isReached ? 'reaches' : 'BEHIND'} its goal: ${what} ≥ ${verdict.least}×`;
}
