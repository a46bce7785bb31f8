import { describe, expect, it } from 'vitest';
import type { ActivityDependencies } from '../../activities/dependencies.ts';
import { selectionsTakenOver, takenOver } from '../../activities/reuse.ts';
import type { Digest } from '../../src/domain/digest.ts';
import type { Again } from '../../src/domain/run.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import type { EarlierTraining } from '../../src/stores/run-records.ts';
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

describe('the selections that a run takes over', () => {
  const keys = new Map(['good', 'bad', 'new'].map((name) => [name, key(name)]));
  const known = new Set([key('good'), key('bad')]);
  /** Where the selections of two partitions are known, and such trainings were taken over. */
  const selections = async (
    changes: Parameters<typeof runRecord>[0],
    trainings: readonly string[] = [],
  ) => {
    const earlierFoldSelections = async (asked: readonly Digest[]) =>
      asked.filter((one) => known.has(one)).map((one) => ({ key: one, runId: 'origin' }));
    const dependencies = { runs: { earlierFoldSelections } } as unknown as ActivityDependencies;
    const taken = trainings.map((partitionId) => ({ partitionId, from: 'origin' }));
    return selectionsTakenOver(runRecord(changes), dependencies, keys, taken);
  };

  it('are those of the partitions that it fits; none where it was told to fit all', async () => {
    const [good, bad] = ['good', 'bad'].map((partitionId) => ({ partitionId, from: 'origin' }));
    expect(await selections({})).toEqual([good, bad]);
    expect(await selections({}, ['good'])).toEqual([bad]);
    expect(await selections({ reuse: false })).toEqual([]);
  });

  it.each([
    [{ which: 'missing' }, ['good', 'bad']],
    [{ which: 'failed' }, ['good', 'bad']],
    [{ which: 'all' }, []],
    [{ which: 'all', partition: 'good' }, ['bad']],
  ] as const)('in a retry of %j are %j', async (again, expected) => {
    const taken = await selections(retry(again));
    expect(taken.map(({ partitionId }) => partitionId)).toEqual(expected);
  });
});
