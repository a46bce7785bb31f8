import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Engine, GroupedMap, Outcome, PartitionTask } from '../../src/engines/engine.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import { bundleFunction } from '../../src/operations/bundle-function.ts';
import { factsOrThrow } from '../support/facts-of-outcome.ts';
import { machineFrame, machineSpec } from '../support/machines.ts';
import { numberedRows } from '../support/numbered-rows.ts';
import { writeSnapshotFile } from '../support/snapshot-file.ts';
import { trainingJob } from '../support/training-job.ts';

/** Bundled as `partita map` bundles a user's file. */
const FUNCTIONS = join(import.meta.dirname, '../support/engine-functions.js');
const ROWS = 1000;
const frame = numberedRows(ROWS);

/** What every engine promises, whatever it runs on. `make` gives a fresh engine, which the suite closes. */
export function describeEngine(
  name: string,
  make: () => Engine,
  options: { readonly timeout?: number } = {},
): void {
  describe(`the ${name} engine`, options, () => {
    let engine: Engine;
    let path: string;
    let module: string;
    const folder = mkdtempSync(join(tmpdir(), 'partita-engine-'));

    beforeAll(async () => {
      engine = make();
      path = await writeSnapshotFile(frame);
      module = await bundleFunction(FUNCTIONS, folder);
    });
    afterAll(() => engine.close());

    const jobOf = (
      fn: string,
      tasks: readonly PartitionTask[],
      change: Partial<GroupedMap> & { readonly args?: JsonObject } = {},
    ): GroupedMap => {
      const { args = {}, ...rest } = change;
      return {
        snapshot: { digest: digestBytes('snapshot'), path },
        columns: ['value', 'hundred'],
        rowHashes: true,
        tasks,
        fn: { name: fn, module, args },
        limits: { seconds: 60, memoryMb: 512 },
        ...rest,
      };
    };
    const run = async (
      job: GroupedMap,
      signal: AbortSignal = new AbortController().signal,
    ): Promise<readonly Outcome[]> => {
      const outcomes: Outcome[] = [];
      for await (const arrived of engine.map(job, signal)) outcomes.push(...arrived);
      return outcomes.sort((a, b) => a.task - b.task);
    };
    /** Each partition misbehaves as its name says. */
    const misbehave = (names: readonly string[], change: Partial<GroupedMap> = {}): GroupedMap => {
      const args = Object.fromEntries(names.map((how) => [how, how]));
      const tasks = names.map((how, i) => partition(how, i, 1));
      return jobOf('misbehave', tasks, { args, ...change });
    };

    it('gives every task exactly one outcome with its own rows', async () => {
      const tasks = Array.from({ length: 150 }, (_, i) => partition(`p${i}`, i * 6, 5));
      const outcomes = await run(jobOf('summarise', tasks));
      expect(outcomes.map(({ task }) => task)).toEqual(tasks.map((_, i) => i));
      const factsOf = outcomes.map(factsOrThrow);
      expect(factsOf[149]).toMatchObject({
        partition: 'p149',
        rows: 5,
        values: [894, 895, 896, 897, 898],
        hashBytes: 80,
      });
      expect(new Set(factsOf.map(({ sum }) => sum)).size).toBe(150);
    });

    it('shows hashes of rows only where they are asked for', async () => {
      const tasks = [partition('a', 0, 3), partition('b', 500, 2), partition('none', 7, 0)];
      const asked = await run(jobOf('summarise', tasks));
      const unasked = await run(jobOf('summarise', tasks, { rowHashes: false }));
      expect(asked.map((outcome) => factsOrThrow(outcome)['hashBytes'])).toEqual([48, 32, 0]);
      expect(unasked.map(factsOrThrow)).toEqual(
        asked.map((outcome) => ({ ...factsOrThrow(outcome), hashBytes: 0 })),
      );
    });

    it('shows a partition the levels of its own rows only, whatever is read beside it', async () => {
      const together = await run(
        jobOf('summarise', [partition('a', 0, 3), partition('b', 500, 3), partition('c', 4, 1)]),
      );
      const [alone] = await run(jobOf('summarise', [partition('b', 500, 3)]));
      expect(factsOrThrow(together[0]).levels).toEqual([['h0']]);
      expect(factsOrThrow(together[1])).toEqual(factsOrThrow(alone));
    });

    it('joins the rows of a union in the order of its ranges, and the folds of one repeat after those of another', async () => {
      const ranges = [
        { start: 700, count: 2 },
        { start: 3, count: 2 },
        { start: 5, count: 0 },
        { start: 990, count: 1 },
      ];
      const folds = join(folder, 'folds');
      const foldOf = (row: number, repeat: number) => (row + 100 * repeat) % 251;
      const all = [0, 1].flatMap((repeat) =>
        Array.from({ length: ROWS }, (_, row) => foldOf(row, repeat)),
      );
      writeFileSync(folds, Uint8Array.from(all));
      const job = jobOf('summarise', [{ partition: { id: 'u', text: 'u', ranges } }], {
        folds: { path: folds, repeats: 2 },
      });
      const [outcome] = await run(job);
      const rows = [700, 701, 3, 4, 990];
      expect(factsOrThrow(outcome)).toMatchObject({
        values: rows,
        folds: [0, 1].flatMap((repeat) => rows.map((row) => foldOf(row, repeat))),
        levels: [['h0', 'h7', 'h9']],
      });
    });

    it('runs the parts of one partition with arguments of their own', async () => {
      const tasks = [0, 1, 2].map((part) => ({ ...partition('all', 0, ROWS), part: { part } }));
      const outcomes = await run(jobOf('summarise', tasks, { args: { part: 9, other: 1 } }));
      expect(outcomes.map((outcome) => factsOrThrow(outcome)['args'])).toEqual([
        { part: 0, other: 1 },
        { part: 1, other: 1 },
        { part: 2, other: 1 },
      ]);
      expect(new Set(outcomes.map((outcome) => factsOrThrow(outcome)['sum']))).toEqual(
        new Set([(ROWS * (ROWS - 1)) / 2]),
      );
    });

    it('hands over the named bytes, ranges of one name joined in order', async () => {
      const file = join(folder, 'input');
      writeFileSync(file, 'the quick brown fox');
      const inputs = [
        { name: 'a', path: file, offset: 4, length: 5 },
        { name: 'b', path: file, offset: 0, length: 3 },
        { name: 'a', path: file, offset: 15, length: 4 },
      ];
      const [outcome] = await run(jobOf('summarise', [{ ...partition('p', 0, 1), inputs }]));
      expect(factsOrThrow(outcome).texts).toEqual({ a: 'quick fox', b: 'the' });
    });

    it('fails the one partition whose input was cut short', async () => {
      const file = join(folder, 'short');
      writeFileSync(file, 'abc');
      const inputs = [{ name: 'a', path: file, offset: 0, length: 9 }];
      const outcomes = await run(
        jobOf('summarise', [{ ...partition('p', 0, 1), inputs }, partition('q', 1, 1)]),
      );
      expect(outcomes[0]).toMatchObject({ kind: 'failed', reason: 'error' });
      expect(outcomes[0]).toHaveProperty('message', expect.stringContaining('ends before byte 9'));
      expect(outcomes[1]?.kind).toBe('ok');
    });

    it('gives blobs back byte for byte', async () => {
      const [outcome] = await run(jobOf('summarise', [partition('p', 10, 3)]));
      const bytes = outcome?.kind === 'ok' ? outcome.blobs.get('doubled') : undefined;
      const expected = new Uint8Array(Float64Array.of(20, 22, 24).buffer);
      expect(Uint8Array.from(bytes ?? [])).toEqual(expected);
    });

    it('fails only the partition that throws, with its message and stack', async () => {
      const outcomes = await run(misbehave(['fine', 'throw', 'well']));
      expect(outcomes.map(({ kind }) => kind)).toEqual(['ok', 'failed', 'ok']);
      expect(outcomes[1]).toMatchObject({ reason: 'error', message: 'I do not like throw' });
      expect(outcomes[1]).toHaveProperty('stack', expect.stringContaining('engine-functions'));
    });

    it('fails only the partition whose result is no result', async () => {
      const outcomes = await run(
        misbehave(['give nothing', 'give a function', 'give numbers', 'fine']),
      );
      expect(outcomes.map((o) => (o.kind === 'failed' ? o.reason : o.kind))).toEqual([
        'error',
        'error',
        'error',
        'ok',
      ]);
    });

    it('ends what runs over its time, whether it listens or not', async () => {
      const outcomes = await run(
        misbehave(['loop', 'loop politely', 'fine'], { limits: { seconds: 3, memoryMb: 512 } }),
      );
      expect(outcomes.map((o) => (o.kind === 'failed' ? o.reason : o.kind))).toEqual([
        'timeout',
        'timeout',
        'ok',
      ]);
      expect(outcomes[0]?.log).toBe('looping\n');
    });

    it('fails the partition that fills its memory, and goes on', async () => {
      const outcomes = await run(
        misbehave(['fill heap', 'fine', 'fill buffers', 'well'], {
          limits: { seconds: 60, memoryMb: 64 },
        }),
      );
      expect(outcomes.map((o) => (o.kind === 'failed' ? o.reason : o.kind))).toEqual([
        'out_of_memory',
        'ok',
        'out_of_memory',
        'ok',
      ]);
    });

    it('bounds what kernels hold, which no limit of a thread does', async () => {
      const rows = { car: 60, loader: 20_000, pump: 60 };
      const spec = machineSpec({ algorithms: [{ random_forest: { trees: 1 } }] });
      const job = await trainingJob(machineFrame(rows), spec, rows);
      const outcomesWithin = async (memoryMb: number) => {
        const outcomes = await run({ ...job, limits: { seconds: 60, memoryMb, heapMb: 512 } });
        return outcomes.map((one) => (one.kind === 'ok' ? one.kind : [one.reason, one.message]));
      };
      const full = expect.stringMatching(/unable to grow its memory by \d+ MB .* limit of 2 MB/);
      expect(await outcomesWithin(2)).toEqual(['ok', ['out_of_memory', full], 'ok']);
      expect(await outcomesWithin(64)).toEqual(['ok', 'ok', 'ok']);
    });

    it('refuses rows that can not fit before it reads them', async () => {
      const tasks = [
        { partition: { id: 'huge', text: 'huge', ranges: [{ start: 0, count: 1e12 }] } },
        partition('small', 0, 1),
      ];
      const outcomes = await run(jobOf('summarise', tasks));
      expect(outcomes[0]).toMatchObject({ kind: 'failed', reason: 'out_of_memory' });
      expect(outcomes[1]?.kind).toBe('ok');
    });

    it('replaces a thread that leaves, and fails only its partition', async () => {
      const outcomes = await run(misbehave(['fine', 'exit', 'well']));
      expect(outcomes.map((o) => (o.kind === 'failed' ? o.reason : o.kind))).toEqual([
        'ok',
        'thread_died',
        'ok',
      ]);
      expect(outcomes[1]?.log).toBe('about to leave\n');
    });

    it('survives the death of its whole process, and blames the one partition that brings it', async () => {
      const names = ['a', 'b', 'kill process', 'c', 'd', 'e', 'f', 'g'];
      const outcomes = await run(misbehave(names));
      expect(outcomes.map(({ task }) => task)).toEqual(names.map((_, i) => i));
      const failed = outcomes.filter(({ kind }) => kind === 'failed');
      expect(failed).toMatchObject([{ task: 2, reason: 'thread_died' }]);
    });

    it('keeps what a function prints, in order, and cuts what is too much', async () => {
      const outcomes = await run(misbehave(['talk', 'talk much', 'fine']));
      expect(outcomes[0]?.log).toBe('first\nsecond { third: 3 }\nfourth\n');
      expect(outcomes[1]?.log).toMatch(/^line 0\nline 1\n[\s\S]*the log was cut here\n$/);
      expect(outcomes[1]?.log.length).toBeLessThanOrEqual(100_000);
      expect(outcomes[2]?.log).toBe('');
    });

    it('keeps the environment and its secrets from functions', async () => {
      const [outcome] = await run(misbehave(['look at the environment']));
      expect(factsOrThrow(outcome)).toEqual({ environment: {} });
    });

    it('stops everything on abort and works on afterwards', async () => {
      const abort = new AbortController();
      const cancelled = new Error('the user said stop');
      const job = misbehave(['fine', 'loop', 'loop politely']);
      const iterator = engine.map(job, abort.signal)[Symbol.asyncIterator]();
      // The first outcome has arrived: the loops run or are next.
      expect((await iterator.next()).value).toHaveLength(1);
      abort.abort(cancelled);
      await expect(iterator.next()).rejects.toBe(cancelled);
      const after = await run(misbehave(['a', 'b', 'c', 'd', 'e', 'f']));
      expect(after.every(({ kind }) => kind === 'ok')).toBe(true);
    });

    it('starts nothing when it is aborted from the beginning', async () => {
      const reason = new Error('too late');
      await expect(run(misbehave(['fine']), AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    it('stops what a reader that leaves early has no use for', async () => {
      for await (const arrived of engine.map(
        misbehave(['fine', 'loop', 'loop politely']),
        new AbortController().signal,
      )) {
        expect(arrived).toHaveLength(1);
        break;
      }
      expect(await run(misbehave(['a', 'b', 'c']))).toHaveLength(3);
    });

    it('rejects when the data can not be read, and works on afterwards', async () => {
      const broken = jobOf('summarise', [partition('p', 0, 1)], {
        snapshot: { digest: digestBytes('x'), path: FUNCTIONS },
      });
      const failure = await run(broken).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(Failure);
      expect(failure).toHaveProperty('kind', 'corrupt-object');
      expect(await run(jobOf('summarise', [partition('p', 0, 1)]))).toHaveLength(1);
    });

    it('names the functions there are when one is unknown', async () => {
      const job = jobOf('nonsense', [partition('p', 0, 1)]);
      const [outcome] = await run({ ...job, fn: { name: 'nonsense', args: {} } });
      expect(outcome).toHaveProperty('message', expect.stringContaining('profile'));
    });

    it('works on several jobs at once', async () => {
      const jobs = [0, 1, 2].map((n) => {
        const tasks = Array.from({ length: 40 }, (_, i) => partition(`p${i}`, n * 300 + i, 2));
        return run(jobOf('summarise', tasks));
      });
      const sums = (await Promise.all(jobs)).map((outcomes) => factsOrThrow(outcomes[39])['sum']);
      expect(sums).toEqual([79, 679, 1279]);
    });

    it('has nothing to do for no tasks', async () => {
      expect(await run(jobOf('summarise', []))).toEqual([]);
    });
  });
}

function partition(name: string, start: number, count: number): PartitionTask {
  return { partition: { id: name, text: name, ranges: [{ start, count }] } };
}
