import { expect, it } from 'vitest';
import { runWhileAway, runWith } from '../broken-connections.ts';

/** How long nobody answers, and then how long nobody is there, in milliseconds. */
const HALF_A_MINUTE = 30_000;
/** Nobody storms a server that is down: fewer than five connections a second are tried. */
const MOST_TRIED = (5 * 2 * HALF_A_MINUTE) / 1000;

it('a run whose database is away for a minute is the same run, says what it waits for, and does not storm it', async () => {
  const undisturbed = await runWith('undisturbed', [], 0);
  expect(undisturbed.judged['model']).toHaveLength(13);
  const absence = { silent: HALF_A_MINUTE, refusing: HALF_A_MINUTE };
  const { judged, faults, tried } = await runWhileAway(absence);
  expect([undisturbed.faults, faults]).toEqual([[], []]);
  expect(judged).toEqual(undisturbed.judged);
  expect(tried).toBeLessThan(MOST_TRIED);
}, 600_000);
