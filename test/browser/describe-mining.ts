import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../src/operations/requests.ts';
import { MINUTES, type Visitor } from '../support/visiting.ts';

/** The classic demonstration: a mine's machines in Postgres, partitioned by their type, rebuilt by clicking only. */
export function describeMining(visitor: Visitor): void {
  describe('from a table in Postgres to three best models, by clicking', () => {
    it(
      'builds the experiment from the table',
      async () => {
        const { page, look } = visitor;
        await page.goto(visitor.address);
        await page.getByRole('link', { name: 'New experiment' }).first().click();
        await page.getByLabel('A table in Postgres').check();
        await page.getByLabel('Table', { exact: true }).selectOption('asset_activity');
        const columns = page.getByRole('region', { name: 'Columns of the table' });
        await columns.getByText('hydraulic_pressure').waitFor();
        await page.getByLabel('Column to predict').selectOption('status');
        await page.getByRole('button', { name: /^asset_type 2 values/ }).click();
        await page.getByLabel('Names the row').selectOption('reading_id');
        await page.getByLabel('Order in time').selectOption('recorded_at');
        await page
          .getByRole('group', { name: 'Left out' })
          .getByLabel('asset', { exact: true })
          .check();
        await page.getByLabel('Add a new column').selectOption('ratio');
        await page.getByLabel('columns', { exact: true }).selectOption('fuel_rate');
        await page.getByLabel('second column').selectOption('engine_rpm');
        for (const algorithm of ['baseline', 'logistic', 'decision tree', 'random forest'])
          await page.getByLabel(algorithm, { exact: true }).check();
        await page.getByLabel('Name', { exact: true }).fill('asset-status');
        await look('mining-builder');
        await page.getByRole('button', { name: 'Run', exact: true }).click();
        await page.getByRole('heading', { name: 'asset-status' }).waitFor();
      },
      3 * MINUTES,
    );

    it(
      'says of no partition that it was not reached before it is known how the run ended',
      async () => {
        const { page } = visitor;
        const release = await holdCells(page);
        await page.getByText('succeeded', { exact: true }).waitFor({ timeout: 5 * MINUTES });
        await page.getByRole('list', { name: 'What the colours mean' }).waitFor();
        expect(await page.getByText('not reached').count()).toBe(0);
        await release();
        await page.getByRole('heading', { name: '2 partitions' }).waitFor();
        expect(await page.getByText('not reached').count()).toBe(0);
      },
      6 * MINUTES,
    );

    it(
      'reports three best models: of each type of asset, and of all without partition',
      async () => {
        const { page, look } = visitor;
        await page.getByRole('link', { name: 'Report', exact: true }).click();
        const table = page.getByRole('region', { name: 'The best model of each partition' });
        const best = /logistic|decision_tree|random_forest/;
        for (const name of ['car', 'wheel loader', 'without partition'])
          await table
            .getByRole('row', { name: new RegExp(`^${name} `) })
            .filter({ hasText: best })
            .waitFor();
        await page.getByText(/clearly better off|is shown to need/).waitFor();
        await look('mining-report');
      },
      6 * MINUTES,
    );

    it(
      'stands beside a run on other data, which has other partitions',
      async () => {
        const { page, partita, look } = visitor;
        const runs = await partita.json<readonly RunSummary[]>('runs', 'ls');
        const newest = (name: string) => runs.find(({ experiment }) => experiment === name)?.runId;
        const both = `a=${newest('customers-who-leave')}&b=${newest('asset-status')}`;
        await page.goto(`${visitor.address}/compare?${both}`);
        const others = page.getByText('0 partitions in both. 3 only in A. 2 only in B.');
        await others.waitFor();
        for (const [of, names] of [
          ['A', ['basic', 'business', 'family']],
          ['B', ['car', 'wheel loader']],
        ] as const) {
          const only = page.getByRole('region', { name: `Partitions only in ${of}` });
          for (const name of names)
            await only.getByRole('row', { name: new RegExp(`^${name} `) }).waitFor();
          expect(await only.getByRole('row').count()).toBe(names.length + 1);
        }
        await look('compare-others');
        expect(visitor.complaints.splice(0)).toEqual([]);
      },
      2 * MINUTES,
    );
  });
}

const CELLS = /\/runs\/[\w-]+\/partitions\?/;

/** The first answer that holds partitions stays what is seen: those after it come when what is returned is called. */
async function holdCells(page: Page): Promise<() => Promise<void>> {
  let release = () => {};
  const isReleased = new Promise<void>((resolve) => {
    release = resolve;
  });
  let isSeen = false;
  await page.route(CELLS, async (route) => {
    if (isSeen) await isReleased;
    const response = await route.fetch();
    const { partitions } = (await response.json()) as { readonly partitions: readonly unknown[] };
    if (partitions.length > 0) isSeen = true;
    await route.fulfill({ response });
  });
  return async () => {
    release();
    await page.unrouteAll({ behavior: 'wait' });
  };
}
