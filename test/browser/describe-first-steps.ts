import { describe, expect, it } from 'vitest';
import { MINUTES, type Visitor } from '../support/visiting.ts';

/** The first minutes with a server that has run nothing yet. */
export function describeFirstSteps(visitor: Visitor): void {
  describe('where nothing was run', () => {
    it(
      'says what to do first',
      async () => {
        const { page, look } = visitor;
        await page.getByRole('heading', { name: 'Nothing has been run yet' }).waitFor();
        await look('home-empty');
        await page.getByRole('link', { name: 'Start with your own table' }).click();
        await page.getByRole('heading', { name: 'New experiment' }).waitFor();
        await look('builder-empty');
      },
      3 * MINUTES,
    );

    it(
      'begins with one click: the example is loaded and starts',
      async () => {
        const { page } = visitor;
        await page.goto(visitor.address);
        await page.getByRole('button', { name: 'Run the example first' }).click();
        await page.getByRole('button', { name: 'Cancel run' }).click();
        await page.getByRole('button', { name: 'Cancel the run' }).click();
        await page.getByText('cancelled', { exact: true }).waitFor();
        expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('asset-status');
      },
      3 * MINUTES,
    );
  });
}
