import { describe, expect, it } from 'vitest';
import { adviserRecord } from '../support/planted-table.ts';
import { SEEDS } from './seeds.ts';

/** None of them served to design the adviser. */
const TABLES = Array.from({ length: SEEDS / 2 }, (_, i) => 700_000 + i);
const ROWS = 800;

describe(`the partition adviser over ${SEEDS} seeds, half of them numbers, half classes`, () => {
  it.each(['regression', 'classification'] as const)(
    'puts the planted column before ten decoys, and advises nothing on shuffled labels, in 95 % at least: %s',
    (task) => {
      const { found, held } = adviserRecord(task, TABLES, ROWS);
      expect(found).toBeGreaterThanOrEqual(0.95 * TABLES.length);
      expect(held).toBeGreaterThanOrEqual(0.95 * TABLES.length);
    },
    1_800_000,
  );
});
