import { beforeAll, describe, expect, it } from 'vitest';
import { seededDraws } from '../support/draws.ts';
import type { Break } from './breaking-proxy.ts';
import { type Ended, runWhileAway, runWith } from './broken-connections.ts';

/** `npm run chaos -- --kills 200` asks for more. */
const KILLS = Number(process.env['PARTITA_KILLS'] ?? 50);
const KILLS_OF_RUN = 10;
/** Of ten: the whole server is killed, and comes back on the same data. */
const SERVER_KILLS_OF_RUN = 2;

/** Points of a run that took so many statements undisturbed, told by a seed. */
function breaksOf(seed: number, statements: number): readonly Break[] {
  const draws = seededDraws(seed);
  const moments = ['before', 'during', 'after'] as const;
  return Array.from({ length: KILLS_OF_RUN }, () => ({
    at: 1 + draws.integer(Math.floor(0.9 * statements)),
    moment: moments[draws.integer(3)] as Break['moment'],
  })).toSorted((a, b) => a.at - b.at);
}

describe('a run whose connections to Postgres break', () => {
  let undisturbed: Ended;

  beforeAll(async () => {
    undisturbed = await runWith('undisturbed', [], 0);
    expect(undisturbed.faults).toEqual([]);
    expect(undisturbed.judged['model']).toHaveLength(13);
  }, 600_000);

  it.each(Array.from({ length: Math.ceil(KILLS / KILLS_OF_RUN) }, (_, i) => i + 1))(
    'at ten points of seed %i is the same run, whole, and nobody hears of it',
    async (seed) => {
      const breaks = breaksOf(seed, undisturbed.seen);
      const { judged, faults: found } = await runWith(`seed_${seed}`, breaks, SERVER_KILLS_OF_RUN);
      expect(found).toEqual([]);
      expect(judged).toEqual(undisturbed.judged);
    },
    600_000,
  );

  it('for longer than is waited for an answer is the same run, and says what it waits for', async () => {
    const { judged, faults: found } = await runWhileAway({ silent: 12_000, refusing: 3_000 });
    expect(found).toEqual([]);
    expect(judged).toEqual(undisturbed.judged);
  }, 600_000);
});
