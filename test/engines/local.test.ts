import { fork } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GroupedMap, Outcome } from '../../src/engines/engine.ts';
import { entryPoint } from '../../src/engines/entry-point.ts';
import { ActiveJob } from '../../src/engines/local/active-job.ts';
import { createRowBlock, cutPartition } from '../../src/engines/local/cut-partition.ts';
import { LocalEngine } from '../../src/engines/local/local-engine.ts';
import { mergeRanges } from '../../src/engines/local/partition-reader.ts';
import {
  appendToThreadLog,
  clearThreadLog,
  createThreadLog,
  readThreadLog,
} from '../../src/engines/thread/thread-log.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import { frameOf, numbers, texts } from '../features/frames.ts';
import { writeSnapshotFile } from '../support/snapshot-file.ts';

const ranges = fc.array(fc.record({ start: fc.nat(60), count: fc.nat(12) }), { maxLength: 12 });

describe('reading in one sweep', () => {
  it('covers exactly the rows asked for, ascending, with a gap between ranges', () => {
    fc.assert(
      fc.property(ranges, (asked) => {
        const merged = mergeRanges(asked);
        expect(rowsOf(merged)).toEqual([...new Set(rowsOf(asked))].sort((a, b) => a - b));
        merged.forEach(({ start }, i) => {
          const before = merged[i - 1];
          if (before !== undefined) expect(before.start + before.count).toBeLessThan(start);
        });
      }),
      { seed: 1 },
    );
  });

  it('cuts every partition out of the sweep as if it had been read alone', () => {
    fc.assert(
      fc.property(ranges, (asked) => {
        const swept = mergeRanges(asked);
        const read = (rows: readonly number[]) =>
          frameOf(
            numbers('row', rows),
            texts(
              'tens',
              rows.map((row) => (row % 5 === 0 ? null : `t${Math.floor(row / 10)}`)),
            ),
          );
        const all = rowsOf(swept);
        const rowHashes = Uint8Array.from(all.flatMap((row) => repeated(row)));
        const block = createRowBlock(swept, { frame: read(all), rowHashes });
        const own = rowsOf(asked);
        const cut = cutPartition(block, { id: 'p', text: 'p', ranges: asked });
        expect(cut.frame).toEqual(read(own));
        expect([...cut.rowHashes]).toEqual(own.flatMap((row) => repeated(row)));
      }),
      { seed: 2 },
    );
  });
});

describe('the log that outlives its thread', () => {
  it('holds text in order and starts anew', () => {
    const log = createThreadLog();
    appendToThreadLog('héllo ', log);
    appendToThreadLog('wörld\n', log);
    expect(readThreadLog(log)).toBe('héllo wörld\n');
    clearThreadLog(log);
    expect(readThreadLog(log)).toBe('');
  });

  it('is cut at its limit between characters, once', () => {
    const log = createThreadLog();
    appendToThreadLog('€'.repeat(50_000), log);
    appendToThreadLog('more', log);
    const text = readThreadLog(log);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(100_000);
    expect(text).toMatch(/^€+\n… the log was cut here\n$/);
  });
});

describe('blame', () => {
  const outcomeOf = (task: number): Outcome => ({
    task,
    ms: 1,
    log: '',
    kind: 'ok',
    facts: {},
    blobs: new Map(),
  });

  it('suspects what was at work when the pool died, and runs it again alone', () => {
    const job = new ActiveJob(1, mapOf(4));
    job.start(0);
    job.start(1);
    job.survive('SIGKILL');
    expect(job.sent).toEqual([2, 3]);
    expect(job.settle(outcomeOf(2))).toEqual([]);
    expect(job.settle(outcomeOf(3))).toEqual([0]);
    expect(job.settle(outcomeOf(0))).toEqual([1]);
  });

  it('blames a task at its second death, and the job ends with every outcome once', async () => {
    const job = new ActiveJob(1, mapOf(2));
    job.start(0);
    job.survive('SIGKILL');
    job.settle(outcomeOf(1));
    job.start(0);
    job.survive('SIGKILL');
    expect(job.isOver).toBe(true);
    const outcomes: Outcome[] = [];
    for await (const arrived of job.outcomes) outcomes.push(...arrived);
    expect(outcomes.map(({ task, kind }) => [task, kind])).toEqual([
      [1, 'ok'],
      [0, 'failed'],
    ]);
  });
});

describe('the pool process', () => {
  it('ends when its parent is gone', async () => {
    const child = fork(entryPoint('pool'), ['1'], { serialization: 'advanced' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    expect(await ended).toBe(0);
  });

  it('is gone after close, and what it worked on is told so', async () => {
    const engine = new LocalEngine({ threads: 1 });
    const path = await writeSnapshotFile(frameOf(numbers('x', [1, 2, 3])));
    const looping = engine.map(jobOf(path), new AbortController().signal)[Symbol.asyncIterator]();
    const first = looping.next();
    const pid = await livingPool(engine);
    const told = expect(first).rejects.toMatchObject({ kind: 'cancelled' });
    await engine.close();
    await told;
    expect(isAlive(pid)).toBe(false);
  });
});

function jobOf(path: string): GroupedMap {
  const module = join(import.meta.dirname, '../support/engine-functions.js');
  return {
    snapshot: { digest: digestBytes('snapshot'), path },
    columns: ['x'],
    rowHashes: true,
    tasks: [{ partition: { id: 'loop', text: 'loop', ranges: [{ start: 0, count: 3 }] } }],
    fn: { name: 'misbehave', module, args: { loop: 'loop' } },
    limits: { seconds: 60, memoryMb: 256 },
  };
}

function mapOf(taskCount: number): GroupedMap {
  const job = jobOf('nowhere');
  return {
    ...job,
    tasks: Array.from({ length: taskCount }, () => job.tasks[0]) as GroupedMap['tasks'],
  };
}

async function livingPool(engine: LocalEngine): Promise<number> {
  for (;;) {
    if (engine.poolPid !== undefined) return engine.poolPid;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function rowsOf(all: readonly { readonly start: number; readonly count: number }[]): number[] {
  return all.flatMap(({ start, count }) => Array.from({ length: count }, (_, i) => start + i));
}

/** A row hash that names its row. */
function repeated(row: number): number[] {
  return Array.from({ length: 16 }, () => row);
}
