import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Serving,
  startBrowser,
  startServing,
  takeScreenshots,
  type Visit,
  visit,
} from '../support/browser.ts';
import { Partita } from '../support/partita.ts';

const MINUTES = 60_000;

/** The classic demonstration: a mine's machines in Postgres, partitioned by their type, rebuilt by clicking only. */
describe('from a table in Postgres to three best models, by clicking', () => {
  const partita = new Partita();
  let serving: Serving;
  let browser: Browser;
  let someone: Visit;
  let page: Page;

  beforeAll(async () => {
    serving = await startServing(partita);
    browser = await startBrowser();
    someone = await visit(browser, serving);
    page = someone.page;
  }, 5 * MINUTES);

  afterAll(async () => {
    await browser?.close();
    await serving?.stop();
    await partita.stop();
  }, 2 * MINUTES);

  it(
    'begins with one click where nothing was run: the example is loaded and starts',
    async () => {
      await page.getByRole('button', { name: 'Run the example first' }).click();
      await page.getByRole('button', { name: 'Cancel run' }).click();
      await page.getByRole('button', { name: 'Cancel the run' }).click();
      await page.getByText('cancelled', { exact: true }).waitFor();
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('asset-status');
    },
    3 * MINUTES,
  );

  it(
    'builds the experiment from the table',
    async () => {
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
      expect(await takeScreenshots(page, 'mining-builder')).toBe(0);
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByRole('heading', { name: 'asset-status' }).waitFor();
    },
    3 * MINUTES,
  );

  it(
    'reports three best models: of each type of asset, and of all without partition',
    async () => {
      await page.getByText('succeeded', { exact: true }).waitFor({ timeout: 5 * MINUTES });
      await page.getByRole('link', { name: 'Report', exact: true }).click();
      const table = page.getByRole('region', { name: 'The best model of each partition' });
      const best = /logistic|decision_tree|random_forest/;
      for (const name of ['car', 'wheel loader', 'without partition'])
        await table
          .getByRole('row', { name: new RegExp(`^${name} `) })
          .filter({ hasText: best })
          .waitFor();
      await page.getByText(/clearly better off|is shown to need/).waitFor();
      expect(await takeScreenshots(page, 'mining-report')).toBe(0);
      expect(someone.complaints).toEqual([]);
    },
    6 * MINUTES,
  );
});
