import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunPlan } from '../../src/operations/services.ts';
import { csvOf, Partita } from '../support/partita.ts';

const partita = new Partita();
afterAll(() => partita.stop(), 120_000);

/** Three shops: one with rows enough, one too small, one whose every row sold. */
const SHOPS = csvOf(
  Array.from({ length: 128 }, (_, i) => ({
    shop: i < 80 ? 'north' : i < 88 ? 'south' : 'west',
    price: (i * 37) % 101,
    sold: i >= 88 || (i * 37) % 101 < 50 ? 'yes' : 'no',
  })),
);

function shopsSpec(): string {
  return partita.writeSpec({
    data: { source: { kind: 'csv', path: partita.write('shops.csv', SHOPS) } },
    partition: { by: 'shop', min_rows: 40 },
    target: { column: 'sold', task: 'classification' },
    algorithms: ['baseline', { decision_tree: { max_depth: 2 } }],
  });
}

describe('looking before a run', () => {
  it('plans a file: what each partition will be, and how many fits that takes', async () => {
    const plan = await partita.json<RunPlan>('plan', shopsSpec());
    expect(plan.partitions.map(({ partition, decision }) => [partition, decision.kind])).toEqual([
      ['shop=north', 'train'],
      ['shop=south', 'global'],
      ['shop=west', 'global'],
    ]);
    // One partition and the model without partition: 2 candidates × 3 folds and the final fit each.
    expect(plan.fits).toBe(14);
    expect([plan.estimateBasis, plan.estimatedSeconds > 0]).toEqual(['cost_model', true]);
  });

  it('debugs a partition of a file: its steps, and what is known of its rows', async () => {
    const { code, stderr } = await partita.command('debug', shopsSpec(), '--partition', 'north');
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
  });

  it('starts no server and leaves no rows behind for either', () => {
    const folder = join(partita.folder, '.partita');
    expect(readdirSync(folder)).toEqual(['objects']);
    expect(readdirSync(join(folder, 'objects', 'incoming'))).toEqual([]);
  });
});
