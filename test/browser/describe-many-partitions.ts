import type { Page, Request } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededDraws } from '../support/draws.ts';
import { MINUTES, type Visitor } from '../support/visiting.ts';

const PARTITIONS = 10_000;
const ROWS_EACH = 5;
/** What a page may hold, whatever the number of partitions. */
const MAX_NODES = 3000;
/** Of everything that comes over the wire for a page that is opened first of all, in bytes. */
const MAX_BYTES = 4 * 2 ** 20;

/** What a test needs of an element that scrolls. */
type Scrolled = { readonly scrollHeight: number; scrollTo(x: number, y: number): void };

/** Many small partitions, which the model without partition answers for. */
function manyRows(): string {
  const draws = seededDraws(5);
  const lines = Array.from({ length: PARTITIONS * ROWS_EACH }, (_, i) => {
    const x = draws.uniform();
    return `store-${String(i % PARTITIONS).padStart(5, '0')},${x.toFixed(4)},${(2 * x).toFixed(4)}`;
  });
  return `store,visitors,sales\n${lines.join('\n')}\n`;
}

/** As many partitions as a page of them must bear. */
export function describeManyPartitions(visitor: Visitor): void {
  describe('a run with 10,000 partitions', () => {
    let runId: string;

    beforeAll(async () => {
      const { partita } = visitor;
      partita.write('many.csv', manyRows());
      const spec = partita.writeSpec({
        name: 'many',
        data: { source: { kind: 'csv', path: 'many.csv' } },
        partition: { by: 'store' },
        target: { column: 'sales', task: 'regression' },
        algorithms: ['baseline', 'ridge'],
      });
      const { code, stderr, result } = await partita.run(spec);
      expect(code, stderr).toBe(0);
      runId = result.runId;
    }, 10 * MINUTES);

    const countNodes = (page: Page = visitor.page) =>
      page.evaluate<number>('document.getElementsByTagName("*").length');

    /** Opens a page in a browser that has kept nothing, waits until it stands there, and looks at what that took. */
    async function takesLittle(path: string, stands: (page: Page) => Promise<void>): Promise<void> {
      await visitor.withFreshPage(async (page) => {
        const finished: Request[] = [];
        page.on('requestfinished', (request) => finished.push(request));
        await page.goto(`${visitor.address}${path}`);
        await stands(page);
        const bytesOf = async (requests: readonly Request[]) => {
          const sizes = await Promise.all(requests.map((request) => request.sizes()));
          return sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);
        };
        const scripts = finished.filter((request) => request.resourceType() === 'script');
        expect(await bytesOf(scripts), 'the application itself').toBeGreaterThan(50_000);
        expect(await bytesOf(finished)).toBeLessThan(MAX_BYTES);
        expect(await countNodes(page)).toBeLessThan(MAX_NODES);
      });
    }

    it(
      'shows all of them at once on one canvas, in few nodes and bytes',
      async () => {
        const { page, look } = visitor;
        const path = `/runs/${runId}`;
        await takesLittle(path, async (fresh) => {
          await fresh.getByRole('heading', { name: '10 000 partitions' }).waitFor();
          const all = fresh.getByRole('application', { name: /10 000 partitions as squares/ });
          await all.focus();
          await fresh.keyboard.press('ArrowRight');
          await fresh.getByText('store-00000', { exact: true }).waitFor();
        });
        await page.goto(`${visitor.address}${path}`);
        const grid = page.getByRole('application', { name: /10 000 partitions as squares/ });
        await grid.focus();
        await page.keyboard.press('ArrowRight');
        await page.keyboard.press('ArrowRight');
        await page.getByText('store-00001', { exact: true }).waitFor();
        expect(await countNodes()).toBeLessThan(MAX_NODES);
        await look('many-run');
        await grid.focus();
        await page.keyboard.press('Enter');
        await page.getByRole('heading', { name: 'store-00001' }).waitFor();
      },
      3 * MINUTES,
    );

    it(
      'reads its table page by page: only the lines that are seen exist',
      async () => {
        const { page, look } = visitor;
        const path = `/runs/${runId}/report`;
        await takesLittle(path, async (fresh) => {
          await fresh.getByText('1 000 of 10 000 partitions read so far').waitFor();
        });
        await page.goto(`${visitor.address}${path}`);
        const table = page.getByRole('region', { name: 'The best model of each partition' });
        await table.getByText('store-00000', { exact: true }).waitFor();
        await page.getByText('1 000 of 10 000 partitions read so far').waitFor();
        expect(await countNodes()).toBeLessThan(MAX_NODES);
        await table.evaluate((frame: Scrolled) => frame.scrollTo(0, frame.scrollHeight));
        await page.getByText('2 000 of 10 000 partitions read so far').waitFor();
        await table.getByText('store-00999', { exact: true }).waitFor();
        expect(await countNodes()).toBeLessThan(MAX_NODES);
        await look('many-report');
      },
      3 * MINUTES,
    );

    it(
      'finds one of them by a part of its name, and sorts them all',
      async () => {
        const { page } = visitor;
        await page.getByLabel('Find a partition').fill('09999');
        await page.getByRole('link', { name: /^store-09999/ }).waitFor();
        const table = page.getByRole('region', { name: 'The best model of each partition' });
        const byName = table.getByRole('button', { name: 'store', exact: true });
        await byName.click();
        await byName.click();
        await page.getByText('10 000 of 10 000 partitions read so far').waitFor();
        await table.evaluate((frame: Scrolled) => frame.scrollTo(0, 0));
        await table.getByText('store-09999', { exact: true }).waitFor();
        expect(await countNodes()).toBeLessThan(MAX_NODES);
        expect(visitor.complaints.splice(0)).toEqual([]);
      },
      3 * MINUTES,
    );
  });
}
