import { describe, expect, it } from 'vitest';
import { gone } from '../support/processes.ts';
import { MINUTES, visiting } from '../support/visiting.ts';
import { workOf } from '../support/work.ts';

const PARTITIONS = 16;

/** Someone looks at a run whose worker dies, and touches nothing. */
describe('the page of a run whose worker is killed', () => {
  const visitor = visiting(async (partita) => {
    const { csv, spec } = workOf(PARTITIONS, 300, [
      { random_forest: { trees: 2400 } },
      { gradient_boosting: { rounds: 600 } },
    ]);
    partita.write('work.csv', csv);
    const begun = await partita.command('run', partita.writeSpec(spec), '--detach');
    expect(begun.code, begun.stderr).toBe(0);
  });

  it(
    'goes on telling how far it is, by itself, until it has succeeded',
    async () => {
      const { page, partita } = visitor;
      await page.getByRole('link', { name: 'work' }).first().click();
      const meter = page.getByRole('progressbar', { name: 'Partitions with an answer' });
      const told = async () => Number(await meter.getAttribute('aria-valuenow'));
      // Told by the stream of events alone: nothing else asks while the page is open.
      while ((await told()) === 0) await page.waitForTimeout(50);
      const worker = await partita.pidOf('worker');
      process.kill(worker, 'SIGKILL');
      await gone([worker]);
      const before = await told();
      expect(before).toBeLessThan(PARTITIONS);
      await page.getByText(/^Now at train/).waitFor();
      await partita.json('up');
      expect(await partita.pidOf('worker')).not.toBe(worker);
      while ((await meter.count()) > 0 && (await told()) <= before) await page.waitForTimeout(50);
      await page.getByText('succeeded', { exact: true }).waitFor({ timeout: 8 * MINUTES });
      await page.getByRole('heading', { name: `${PARTITIONS} partitions` }).waitFor();
      const opened = await page.evaluate<string>(
        "performance.getEntriesByType('navigation')[0].type",
      );
      expect(opened).toBe('navigate');
      expect(visitor.complaints).toEqual([]);
    },
    10 * MINUTES,
  );
});
