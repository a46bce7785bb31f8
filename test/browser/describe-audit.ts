import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MINUTES, type Visitor } from '../support/visiting.ts';

/** Who changed what, after something was put into quarantine and let out of it. */
export function describeAudit(visitor: Visitor): void {
  it(
    'says who changed what, from what to what and why, filtered by an address that can be kept',
    async () => {
      const { page, look } = visitor;
      await page.getByRole('link', { name: 'System', exact: true }).click();
      await page.getByRole('link', { name: 'Audit trail' }).click();
      const events = page.getByRole('region', { name: 'Who changed what' });
      await events.getByRole('row').filter({ hasText: 'counted once' }).waitFor();
      await page.getByLabel('Did, beginning with').fill('run.');
      await page.getByLabel('From day').fill('2020-02-29');
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      await events.getByText('counted once').waitFor({ state: 'detached' });
      // Who shows something by keys goes on where they were, and is told what came.
      const focused = await page.evaluate<string>('document.activeElement.textContent');
      expect(focused).toBe('Show');
      await page
        .getByRole('status')
        .filter({ hasText: /^\d+ events/ })
        .waitFor();
      const changed = events.getByRole('row').filter({ hasText: 'run.status' }).first();
      await changed.getByText(/"status":"RUNNING"/).waitFor();
      expect(page.url()).toContain('action=run.');
      await page.reload();
      await changed.waitFor();
      expect(await events.getByText('counted once').count()).toBe(0);
      await look('audit');
      await page.getByRole('link', { name: 'Show all' }).click();
      expect(await page.getByLabel('Did, beginning with').inputValue()).toBe('');
      await events.getByRole('row').filter({ hasText: 'counted once' }).waitFor();
    },
    3 * MINUTES,
  );

  it(
    'verifies the record on demand, and hands it out as a file',
    async () => {
      const { page, look } = visitor;
      await page.getByRole('button', { name: 'Verify', exact: true }).click();
      await page.getByText(/^The record is as it was written: .*Verified on/).waitFor();
      await look('audit-verified');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Export', exact: true }).click(),
      ]);
      expect(download.suggestedFilename()).toMatch(/^audit-\d+\.jsonl$/);
      const [header = ''] = readFileSync(await download.path(), 'utf8').split('\n');
      expect(JSON.parse(header)).toMatchObject({ format: 'partita audit 1' });
    },
    3 * MINUTES,
  );
}

/** More of the trail than one page shows, once enough was done. */
export function describeOlderEvents(visitor: Visitor): void {
  it(
    'goes on to older events by keys, which are where they were afterwards',
    async () => {
      const { page } = visitor;
      await page.goto(`${visitor.address}/audit`);
      const events = page.getByRole('region', { name: 'Who changed what' });
      const older = page.getByRole('button', { name: 'Older ones' });
      await older.focus();
      const newest = await events.getByRole('row').count();
      // Where a page has come and the focus were elsewhere, this would go on for ever.
      while ((await older.count()) > 0) await page.keyboard.press('Enter');
      await page.getByText('These are all.').and(page.locator(':focus')).waitFor();
      expect(await events.getByRole('row').count()).toBeGreaterThan(newest);
      await page
        .getByRole('status')
        .filter({ hasText: /^\d+ events$/ })
        .waitFor();
    },
    3 * MINUTES,
  );
}
