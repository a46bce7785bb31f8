import { describe, expect, it } from 'vitest';
import type { ActivityDependencies } from '../../activities/dependencies.ts';
import { takenOver } from '../../activities/reuse.ts';
import type { Digest } from '../../src/domain/digest.ts';
import type { Again } from '../../src/domain/run.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import type { EarlierTraining } from '../../src/stores/run-store.ts';
import { runRecord } from '../support/run-records.ts';

const key = (name: string): Digest => digestBytes(name);
const PACK = digestBytes('pack');
const LOST = digestBytes('a pack whose file is gone');
const earlier = (name: string, changes: Partial<EarlierTraining> = {}): EarlierTraining => ({
  key: key(name),
  runId: 'origin',
  status: 'trained',
  packs: [PACK],
  ...changes,
});

/** Which partitions are taken over where these trainings are at hand. */
async function taken(
  changes: Parameters<typeof runRecord>[0],
  trainings: readonly EarlierTraining[],
): Promise<readonly string[]> {
  const dependencies = {
    runs: { earlierTrainings: () => Promise.resolve(trainings) },
    objects: { has: (digest: Digest) => Promise.resolve(digest !== LOST) },
  } as unknown as ActivityDependencies;
  const keys = new Map(['good', 'bad', 'new', 'lost'].map((name) => [name, key(name)]));
  const found = await takenOver(runRecord(changes), dependencies, keys);
  return found.map(({ partitionId }) => partitionId);
}

const retry = (again: Again) => ({ origin: { mode: 'retry', runId: 'origin', again } as const });
const TRAININGS = [
  earlier('good'),
  earlier('bad', { status: 'failed', packs: [] }),
  earlier('lost', { packs: [PACK, LOST] }),
];

describe('what a run takes over', () => {
  it('is what has a model whose bytes are still there; nothing where it was told to fit all', async () => {
    expect(await taken({}, TRAININGS)).toEqual(['good']);
    expect(await taken({ reuse: false }, TRAININGS)).toEqual([]);
  });

  it.each([
    [{ which: 'missing' }, ['good', 'bad']],
    [{ which: 'failed' }, ['good']],
    [{ which: 'all' }, []],
    [{ which: 'all', partition: 'good' }, ['bad']],
    [{ which: 'failed', partition: 'good' }, ['good', 'bad']],
    [{ which: 'failed', partition: 'bad' }, ['good']],
  ] as const)('in a retry of %j is %j', async (again, expected) => {
    expect(await taken(retry(again), TRAININGS)).toEqual(expected);
  });
});
