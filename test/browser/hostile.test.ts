import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Serving,
  seriousFindings,
  startBrowser,
  startServing,
  takeScreenshots,
  type Visit,
  visit,
} from '../support/browser.ts';
import { HOSTILE_KEYS, hostileRows } from '../support/hostile-table.ts';
import { csvOf, Partita, type SpecWishes } from '../support/partita.ts';
import { describeForeignPage } from './describe-foreign-page.ts';

const MINUTES = 60_000;

const HOSTILE: SpecWishes = {
  name: 'hostile',
  data: { source: { kind: 'csv', path: 'hostile.csv' } },
  partition: { by: '__proto__', min_rows: 20 },
  target: { column: 'prediction', task: 'classification' },
  columns: { id: 'row' },
  algorithms: ['baseline', 'decision_tree'],
  metric: 'accuracy',
};

/** Names and values that want to be markup, code, paths or terminal commands are text on every page. */
describe('pages about a table whose names want to be something else', () => {
  const partita = new Partita();
  let serving: Serving;
  let browser: Browser;
  let someone: Visit;
  let page: Page;
  let runId: string;

  beforeAll(async () => {
    partita.write('hostile.csv', csvOf(hostileRows()));
    const { code, stderr, result } = await partita.run(partita.writeSpec(HOSTILE));
    expect(code, stderr).toBe(0);
    runId = result.runId;
    serving = await startServing(partita);
    browser = await startBrowser();
    someone = await visit(browser, serving);
    page = someone.page;
  }, 6 * MINUTES);

  afterAll(async () => {
    await browser?.close();
    await serving?.stop();
    await partita.stop();
  }, 2 * MINUTES);

  async function look(name: string): Promise<void> {
    expect(await takeScreenshots(page, name), `${name} is wider than the screen`).toBe(0);
    expect(await seriousFindings(page), name).toEqual([]);
  }

  /** No element came from the data: whatever looks like one stands in the page as text. */
  async function holdsNoMarkup(): Promise<void> {
    expect(await page.locator('img, main script, b:has(> i)').count()).toBe(0);
  }

  it(
    'shows every partition of the run by its name',
    async () => {
      await page.goto(`${serving.address}/runs/${runId}`);
      await page.getByText('<img src=x onerror=alert(1)>').first().waitFor();
      expect(await page.locator('.tile').count()).toBe(HOSTILE_KEYS.length);
      for (const name of ['"; drop table run; --', 'constructor', '(null)', '(empty)', '🙂'])
        expect(await page.locator('.tile b').getByText(name, { exact: true }).count(), name).toBe(
          1,
        );
      await holdsNoMarkup();
      await look('hostile-run');
    },
    3 * MINUTES,
  );

  it(
    'reports them, and goes down to one of them and its model',
    async () => {
      await page.goto(`${serving.address}/runs/${runId}/report`);
      const table = page.getByRole('region', { name: 'The best model of each partition' });
      await table.getByRole('link', { name: 'x]]><script>alert(1)</script>' }).waitFor();
      await holdsNoMarkup();
      await look('hostile-report');
      await table.getByRole('link', { name: '<img src=x onerror=alert(1)>' }).click();
      await page.getByRole('heading', { name: '<img src=x onerror=alert(1)>' }).waitFor();
      await page.getByRole('heading', { name: 'Its rows' }).waitFor();
      await holdsNoMarkup();
      await look('hostile-partition');
      await page.getByRole('link', { name: /^The model itself/ }).click();
      await page.getByRole('heading', { name: 'Where it came from' }).waitFor();
      await holdsNoMarkup();
      await look('hostile-model');
    },
    4 * MINUTES,
  );

  it(
    'scores a row with such columns',
    async () => {
      await page.goto(`${serving.address}/runs/${runId}/predict`);
      await page.getByLabel('__proto__', { exact: true }).fill('constructor');
      await page.getByLabel('"; drop table run; --', { exact: true }).fill('0.9');
      await page.getByRole('button', { name: 'Predict prediction' }).click();
      await page.getByText(/^Answered by/).waitFor();
      await holdsNoMarkup();
    },
    2 * MINUTES,
  );

  describeForeignPage(() => ({
    page,
    address: serving.address,
    spec: { version: 1, ...HOSTILE },
  }));

  it('never opened a dialog, ran a script of the data or broke the content policy', () => {
    expect(someone.complaints).toEqual([]);
  });
});
