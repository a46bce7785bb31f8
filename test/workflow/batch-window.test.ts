import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runWindow, type WindowOptions } from '../../workflows/batch-window.ts';

/** A stand-in for Temporal's `condition`: looks again whenever a promise has settled. */
async function waitUntil(predicate: () => boolean): Promise<void> {
  while (!predicate()) await new Promise((resolve) => setImmediate(resolve));
}

function windowOf(total: number, changes: Partial<WindowOptions> = {}): WindowOptions {
  return {
    first: 0,
    total,
    concurrency: () => 3,
    isPaused: () => false,
    isDraining: () => false,
    waitUntil,
    outlast: waitUntil,
    run: async () => {},
    ...changes,
  };
}

describe('batch window', () => {
  it('runs every batch once and never more at a time than the concurrency', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 8 }),
        async (total, concurrency) => {
          const started: number[] = [];
          let running = 0;
          let most = 0;
          const run = async (batch: number) => {
            started.push(batch);
            most = Math.max(most, ++running);
            await new Promise((resolve) => setImmediate(resolve));
            running--;
          };
          const next = await runWindow(
            windowOf(total, { concurrency: () => concurrency, run }),
            () => {},
          );
          expect(next).toBe(total);
          expect(started).toEqual(Array.from({ length: total }, (_, i) => i));
          expect(most).toBeLessThanOrEqual(concurrency);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('starts nothing new while draining, waits for what runs and says where to go on', async () => {
    const started: number[] = [];
    const options = windowOf(10, {
      isDraining: () => started.length >= 4,
      run: async (batch) => {
        started.push(batch);
      },
    });
    expect(await runWindow(options, () => {})).toBe(4);
    expect(started).toEqual([0, 1, 2, 3]);
  });

  it('starts nothing while paused and goes on afterwards', async () => {
    let paused = true;
    const started: number[] = [];
    const run = async (batch: number) => {
      started.push(batch);
    };
    const finished = runWindow(windowOf(3, { isPaused: () => paused, run }), () => {});
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toEqual([]);
    paused = false;
    await finished;
    expect(started).toEqual([0, 1, 2]);
  });

  it('lets running batches end before it passes on a failure', async () => {
    let ended = 0;
    const run = async (batch: number) => {
      if (batch === 0) throw new Error('broken batch');
      await new Promise((resolve) => setImmediate(resolve));
      ended++;
    };
    await expect(runWindow(windowOf(3, { run }), () => {})).rejects.toThrow('broken batch');
    expect(ended).toBe(2);
  });

  it('lets running batches end before it passes on that the run was cancelled', async () => {
    let ended = 0;
    const options = windowOf(3, {
      concurrency: () => 2,
      waitUntil: () => Promise.reject(new Error('cancelled')),
      run: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        ended++;
      },
    });
    await expect(runWindow(options, () => {})).rejects.toThrow('cancelled');
    expect(ended).toBe(2);
  });
});
