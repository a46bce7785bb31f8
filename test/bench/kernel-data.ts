import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '../../src/domain/metric.ts';
import { seededRandom } from '../support/tables.ts';

export type KernelTable = {
  readonly rows: number;
  /** Unseen rows, for scores and predictions. */
  readonly held: number;
  readonly columns: number;
  readonly task: Task;
  /** Column-major, rows first, then held rows in each column. */
  readonly x: Float64Array;
  /** Class codes or numbers. */
  readonly y: Float64Array;
};

const CLASSES = 3;
const LABEL_NOISE = 0.03;

type Shape = {
  readonly rows: number;
  readonly columns: number;
  readonly task: Task;
  readonly seed: number;
};

/**
 * Three classes as clusters, two for each, in the first columns, 3 % of the labels drawn anew; or Friedman's first
 * function with noise of 1. The other columns tell nothing.
 */
export function makeTable({ rows, columns, task, seed }: Shape): KernelTable {
  const held = Math.min(5000, Math.max(500, Math.floor(rows / 2)));
  const all = rows + held;
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const x = Float64Array.from({ length: all * columns }, normal);
  const y = new Float64Array(all);
  const informative = Math.max(4, Math.floor(columns * 0.4));
  const centres = Array.from({ length: CLASSES * 2 * informative }, () => 1.1 * normal());
  for (let i = 0; i < all; i++) {
    if (task === 'regression') y[i] = friedman((f) => (x[f * all + i] as number) / 2) + normal();
    else {
      const cluster = Math.floor(random() * CLASSES * 2);
      for (let f = 0; f < informative; f++)
        x[f * all + i] =
          (x[f * all + i] as number) + (centres[cluster * informative + f] as number);
      y[i] = random() < LABEL_NOISE ? Math.floor(random() * CLASSES) : cluster % CLASSES;
    }
  }
  return { rows, held, columns, task, x, y };
}

function friedman(at: (column: number) => number): number {
  return 10 * Math.sin(Math.PI * at(0) * at(1)) + 20 * (at(2) - 0.5) ** 2 + 10 * at(3) + 5 * at(4);
}

/** The table's numbers as they stand in memory, x then y. */
export function writeTable(folder: string, table: KernelTable): string {
  const path = join(folder, `${table.task}-${sizeText(table)}.bin`);
  writeFileSync(path, new Uint8Array(table.x.buffer));
  writeFileSync(path, new Uint8Array(table.y.buffer), { flag: 'a' });
  return path;
}

export function sizeText({ rows, columns }: KernelTable): string {
  return `${rows}x${columns}`;
}
