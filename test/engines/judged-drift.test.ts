import { afterAll, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import type { Pair } from '../../src/engines/compare-snapshots.ts';
import { type JudgedPair, withJudgedDrift } from '../../src/engines/judged-drift.ts';
import { LocalEngine } from '../../src/engines/local/local-engine.ts';
import { DRIFT_LIMITS, DriftJudge } from '../../src/partition/drift/judge-drift.ts';
import { partitionRef } from '../../src/partition/partition-function.ts';
import { frameOf, numbers } from '../features/frames.ts';
import { seededDraws } from '../support/draws.ts';
import { writeSnapshotFile } from '../support/snapshot-file.ts';
import { testFolder } from '../support/test-folder.ts';

const PARTITIONS = 45;
const ROWS = 12;
/** At the borders of what is compared at once, too. */
const MOVED = [0, 19, 20, 44];
const DIGEST = `sha256:${'0'.repeat(64)}` as Digest;

const engine = new LocalEngine({ threads: 2 });
afterAll(() => engine.close());

function side(seed: number, shift: number): Promise<string> {
  const draws = seededDraws(seed);
  const values = Array.from({ length: PARTITIONS * ROWS }, (_, row) => {
    const isMoved = MOVED.includes(Math.floor(row / ROWS));
    return draws.uniform() + (isMoved ? shift : 0);
  });
  return writeSnapshotFile(frameOf(numbers('x', values)));
}

function pairAt(ordinal: number): Pair {
  const text = `store=${ordinal}`;
  const [start, count] = [ordinal * ROWS, ROWS];
  const one = { ordinal, id: text, text, key: { store: text }, digest: DIGEST, start, count };
  return { reference: one, current: one };
}

describe('the drift of more partitions than are compared at once', () => {
  it('is told in their order, by all tests, as often as it is asked for', async () => {
    const pairs = Array.from({ length: PARTITIONS }, (_, i) => pairAt(i));
    const rowsAt = (path: string) => ({
      snapshot: { digest: DIGEST, path },
      columns: ['x'],
      limits: { seconds: 60, memoryMb: 256 },
    });
    const judge = new DriftJudge('accuracy', DRIFT_LIMITS);
    const comparison = {
      reference: rowsAt(await side(1, 0)),
      current: rowsAt(await side(2, 5)),
      pairs,
      paired: async ({ reference, current }: Pair) => ({
        reference: partitionRef(reference),
        current: partitionRef(current),
        models: [],
        weights: [],
      }),
      holdout: () => null,
      batchLimits: { partitions: 20, rows: 10_000 },
      scoring: null,
      scratchFolder: testFolder(),
    };
    const [once, again] = await withJudgedDrift(
      engine,
      comparison,
      judge,
      async (judged) => [await listed(judged()), await listed(judged())],
      new AbortController().signal,
    );
    expect(judge.tests).toBe(PARTITIONS);
    expect(once.map(({ pair }) => pair)).toEqual(pairs);
    expect(again).toEqual(once);
    const drifted = once.flatMap((found, i) =>
      found.kind === 'judged' && found.columns.some(({ isDrifted }) => isDrifted) ? [i] : [],
    );
    expect(drifted).toEqual(MOVED);
  });
});

async function listed(judged: AsyncIterable<JudgedPair>): Promise<readonly JudgedPair[]> {
  const found: JudgedPair[] = [];
  for await (const one of judged) found.push(one);
  return found;
}
