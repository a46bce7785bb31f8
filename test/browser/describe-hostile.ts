import type { Request, Route } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../../src/web/contract/api.ts';
import { problemOf } from '../../src/web/problems.ts';
import { HOSTILE_KEYS, hostileRows } from '../support/hostile-table.ts';
import { csvOf, type SpecWishes } from '../support/partita.ts';
import { MINUTES, type Visitor } from '../support/visiting.ts';
import { describeForeignPage } from './describe-foreign-page.ts';

const HOSTILE: SpecWishes = {
  name: 'hostile',
  data: { source: { kind: 'csv', path: 'hostile.csv' } },
  partition: { by: '__proto__', min_rows: 20 },
  target: { column: 'prediction', task: 'classification' },
  columns: { id: 'row' },
  algorithms: ['baseline', 'decision_tree'],
  metric: 'accuracy',
};

const LONG_KEY = HOSTILE_KEYS.find((key) => key !== null && key.length > 1000) ?? '';

/** Names and values that want to be markup, code, paths or terminal commands are text on every page. */
export function describeHostile(visitor: Visitor): void {
  describe('pages about a table whose names want to be something else', () => {
    let runId: string;

    /** What the page of all runs asks for, once it stands. */
    const asked: URL[] = [];
    const note = (request: Request) => void asked.push(new URL(request.url()));

    beforeAll(async () => {
      const { partita, page } = visitor;
      await page.goto(visitor.address);
      await page.getByRole('region', { name: 'Runs, the newest first' }).waitFor();
      page.on('request', note);
      partita.write('hostile.csv', csvOf(hostileRows()));
      const { code, stderr, result } = await partita.run(partita.writeSpec(HOSTILE));
      expect(code, stderr).toBe(0);
      runId = result.runId;
    }, 6 * MINUTES);

    /** No element came from the data: whatever looks like one stands in the page as text. */
    async function holdsNoMarkup(): Promise<void> {
      expect(await visitor.page.locator('img, main script, b:has(> i)').count()).toBe(0);
    }

    it(
      'comes into the list of runs by itself, which asks for all of it seldom, else for what may have changed',
      async () => {
        const runs = visitor.page.getByRole('region', { name: 'Runs, the newest first' });
        const newest = runs.getByRole('row').filter({ hasText: 'hostile' });
        await newest.getByText('succeeded', { exact: true }).waitFor();
        visitor.page.off('request', note);
        const lists = asked.filter(({ pathname }) => pathname === '/api/v1/runs');
        const changes = lists.filter(({ searchParams }) => searchParams.has('since'));
        expect(changes.length).toBeGreaterThan(lists.length - changes.length);
      },
      MINUTES,
    );

    it(
      'has a list of runs that stays live though older ones could not be read',
      async () => {
        const { page, address, complaints } = visitor;
        await page.route(LISTS, failForOlderOnes);
        await page.goto(address);
        const failure = page.waitForResponse((response) => response.status() === 503);
        await page.getByRole('button', { name: 'Older ones' }).click();
        await failure;
        await page.waitForRequest((request) => new URL(request.url()).searchParams.has('since'));
        await page.unrouteAll({ behavior: 'wait' });
        expect(complaints.splice(0)).toEqual([expect.stringContaining('503')]);
      },
      MINUTES,
    );

    it(
      'shows every partition of the run by its name',
      async () => {
        const { page, look } = visitor;
        await page.goto(`${visitor.address}/runs/${runId}`);
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
      'shortens a name of thousands of letters to a few lines, and has it whole on its own page',
      async () => {
        const { page } = visitor;
        await page.goto(`${visitor.address}/runs/${runId}`);
        const tile = page.locator('.tile', { hasText: LONG_KEY.slice(0, 100) });
        expect((await tile.boundingBox())?.height).toBeLessThan(300);
        await tile.click();
        const heading = page.getByRole('heading', { name: LONG_KEY.slice(0, 100) });
        await heading.waitFor();
        expect((await heading.boundingBox())?.height).toBeLessThan(300);
        await page.getByText(/^Its whole name/).click();
        await page.getByText(LONG_KEY, { exact: true }).last().waitFor();
      },
      2 * MINUTES,
    );

    it(
      'reports them, and goes down to one of them and its model',
      async () => {
        const { page, look } = visitor;
        await page.goto(`${visitor.address}/runs/${runId}/report`);
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
        const { page } = visitor;
        await page.goto(`${visitor.address}/runs/${runId}/predict`);
        await page.getByLabel('__proto__', { exact: true }).fill('constructor');
        await page.getByLabel('"; drop table run; --', { exact: true }).fill('0.9');
        await page.getByRole('button', { name: 'Predict prediction' }).click();
        await page.getByText(/^Answered by/).waitFor();
        await holdsNoMarkup();
      },
      2 * MINUTES,
    );

    describeForeignPage(() => ({
      page: visitor.page,
      address: visitor.address,
      spec: { version: 1, ...HOSTILE },
    }));

    it('never opened a dialog, ran a script of the data or broke the content policy', () => {
      expect(visitor.complaints.splice(0)).toEqual([]);
    });
  });
}

const LISTS = /\/api\/v1\/runs\?/;

/** As if there were older runs than those of the first page, and as if these could not be read. */
async function failForOlderOnes(route: Route): Promise<void> {
  const { searchParams } = new URL(route.request().url());
  if (searchParams.has('cursor')) {
    const problem = problemOf('unreachable', 'Postgres is away.');
    await route.fulfill({ status: problem.status, json: problem });
    return;
  }
  const response = await route.fetch();
  const page = (await response.json()) as Answer<'GET /runs'>;
  const next = searchParams.has('since') ? page.next : (page.runs.at(-1)?.runId ?? null);
  await route.fulfill({ response, json: { ...page, next } });
}
