import { readFileSync, writeFileSync } from 'node:fs';
import { goalOf, type KernelCase } from './kernel-cases.ts';
import type { KernelTable } from './kernel-data.ts';
import type { Measured } from './kernel-peer.ts';

/** The peer's time ÷ ours, of the rounds in turn, ascending. */
type Ratios = readonly number[];

/** One algorithm at one size, beside the peer. */
export type KernelRow = {
  readonly one: KernelCase;
  readonly size: Pick<KernelTable, 'rows' | 'columns'>;
  readonly ratios: { readonly [what in Timed]: Ratios };
};

export type Timed = 'fitMs' | 'rowMicros' | 'batchMicros';

export function ratiosOf(
  ours: readonly Measured[],
  theirs: readonly Measured[],
): KernelRow['ratios'] {
  const of = (what: Timed) =>
    theirs.map((round, i) => round[what] / (ours[i] as Measured)[what]).sort((a, b) => a - b);
  return { fitMs: of('fitMs'), rowMicros: of('rowMicros'), batchMicros: of('batchMicros') };
}

export function median(sorted: Ratios): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** What a row has to reach, and whether it does; undefined where nothing was promised. */
export function verdictOf({ one, size, ratios }: KernelRow) {
  const goal = goalOf(one, size.rows);
  if (goal === undefined || ratios.fitMs.length === 0) return undefined;
  return { ...goal, isReached: median(ratios[goal.what]) >= goal.least };
}

/** Of ten rows at once. */
const BATCH_GOAL = 5;

const DEEP_TREES =
  'ten rows go down trees of tens of thousands of nodes, each of which is waited for from memory, here as there';

/** Why an algorithm stays behind its goal, or behind what is asked of every prediction, where it does; as far as it is known. */
const WHY: { readonly [id: string]: string } = {
  decision_tree:
    'scikit-learn predicts by one tree as fast as the processor guesses the sides that rows take; 8 rows that go down together wait for the slowest of them, and rows are first copied to where WebAssembly reads them',
  extra_trees: DEEP_TREES,
  knn: 'scikit-learn multiplies matrices in 512-bit registers and corrects for what that loses; we take differences in 128 bits, the widest that WebAssembly has, so that a row is at distance 0 from its copy',
  logistic:
    'every step of a fit at 100,000 × 50 reads the whole table from memory, here as there: 1.27 … 1.38 in three measurements',
  mlp: 'scikit-learn multiplies matrices in 512-bit registers, WebAssembly has 128 bits',
  random_forest: DEEP_TREES,
};

/** Markdown: a line per algorithm, a column per size. Predictions: the least and the most over the sizes. */
export function markdownTable(rows: readonly KernelRow[]): string {
  const sizes = [...new Set(rows.map(sizeOf))];
  const head = ['algorithm', 'goal', ...sizes, 'prediction', 'ten rows at once', 'why behind'];
  const names = [...new Set(rows.map(({ one }) => one.name))];
  const lines = names.map((name) => {
    const own = rows.filter(({ one }) => one.name === name);
    const fits = sizes.map((size) => fitText(own.find((row) => sizeOf(row) === size)));
    return [name, goalText(own), ...fits, ...rangeTexts(own), whyText(own)];
  });
  return [head, head.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function sizeOf({ size: { rows, columns } }: KernelRow): string {
  return `${rows.toLocaleString('en-US')} × ${columns}`;
}

function fitText(row: KernelRow | undefined): string {
  if (row === undefined || row.ratios.fitMs.length === 0) return '';
  const verdict = verdictOf(row);
  const isBehind = verdict?.what === 'fitMs' && !verdict.isReached;
  return `${median(row.ratios.fitMs).toFixed(1)}${isBehind ? ' (behind)' : ''}`;
}

function goalText(rows: readonly KernelRow[]): string {
  const goals = rows.flatMap((row) => {
    const verdict = verdictOf(row);
    return verdict === undefined ? [] : [verdict];
  });
  const texts = goals.map(({ what, least }) => `${what === 'fitMs' ? '' : 'prediction '}${least}×`);
  return [...new Set(texts)].join(', ');
}

function rangeTexts(rows: readonly KernelRow[]): readonly string[] {
  return (['rowMicros', 'batchMicros'] as const).map((what) => {
    const medians = rows
      .map(({ ratios }) => median(ratios[what]))
      .filter((one) => !Number.isNaN(one));
    if (medians.length === 0) return '';
    return `${Math.min(...medians).toFixed(1)} … ${Math.max(...medians).toFixed(1)}`;
  });
}

function whyText(rows: readonly KernelRow[]): string {
  const isBehind = rows.some(
    (row) =>
      verdictOf(row)?.isReached === false ||
      median(row.ratios.rowMicros) < 1 ||
      median(row.ratios.batchMicros) < BATCH_GOAL,
  );
  return isBehind ? (WHY[rows[0]?.one.estimator.id ?? ''] ?? 'not known') : '';
}

const SECTION = /(?<=<!-- kernels:start -->\n).*?(?=<!-- kernels:end -->)/s;

/** Puts the table where the README has its place. */
export function writeIntoReadme(path: string, table: string, measured: string): void {
  const readme = readFileSync(path, 'utf8');
  if (!SECTION.test(readme)) throw new RangeError(`${path} has no place for the kernels' table.`);
  writeFileSync(
    path,
    readme.replace(SECTION, () => `${measured}\n\n${table}\n`),
  );
}
