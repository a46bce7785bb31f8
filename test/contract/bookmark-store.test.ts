import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import type { BookmarkStore } from '../../src/stores/bookmark-store.ts';
import { createPostgresBookmarkStore } from '../../src/stores/postgres/postgres-bookmark-store.ts';
import { openRunStore, type TestRunStore } from '../stores/run-store-on-postgres.ts';

describe('a bookmark', () => {
  let opened: TestRunStore;
  let store: BookmarkStore;
  let runId: string;
  const job = digestBytes('job');

  beforeAll(async () => {
    opened = await openRunStore();
    store = createPostgresBookmarkStore(opened.db);
    runId = await opened.startRun();
  });
  afterAll(() => opened?.close());

  const found = async (name: Digest = job) => {
    const bookmark = await store.find(runId, name);
    const arrivals: unknown[] = [];
    for await (const arrival of bookmark?.arrivals ?? []) arrivals.push(arrival);
    return bookmark && { place: bookmark.place, arrivals };
  };
  const arrival = (at: number) => ({
    position: { operation: 'a', at },
    content: Uint8Array.of(at, 0, 255),
  });

  it('holds a place and what has arrived, in order, each once', async () => {
    expect(await found()).toBeUndefined();
    await store.begin(runId, job, { operation: 'a' });
    for (const at of [3, 1, 2, 1]) await store.keep(runId, job, arrival(at));
    expect(await found()).toEqual({
      place: { operation: 'a' },
      arrivals: [3, 1, 2].map((at) => ({
        ...arrival(at),
        content: Buffer.from(arrival(at).content),
      })),
    });
  });

  it('keeps what has arrived when the work goes on at another place', async () => {
    await store.begin(runId, job, { operation: 'b' });
    const bookmark = await found();
    expect(bookmark?.place).toEqual({ operation: 'b' });
    expect(bookmark?.arrivals).toHaveLength(3);
  });

  it('is forgotten by itself, or with its run', async () => {
    const other = digestBytes('other job');
    await store.begin(runId, other, {});
    await store.release(runId, [job]);
    expect([await found(), (await found(other))?.arrivals]).toEqual([undefined, []]);
    await store.release(runId);
    await store.release(runId);
    expect(await found(other)).toBeUndefined();
  });
});
