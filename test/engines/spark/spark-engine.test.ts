import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import { Departure, type Outcome, type PartitionTask } from '../../../src/engines/engine.ts';
import { LocalEngine } from '../../../src/engines/local/local-engine.ts';
import { query, readFiles } from '../../../src/engines/spark/connect/plan.ts';
import { parseRemote } from '../../../src/engines/spark/connect/remote.ts';
import { SparkSession } from '../../../src/engines/spark/connect/spark-session.ts';
import { jobFailure } from '../../../src/engines/spark/job-failure.ts';
import { SparkEngine } from '../../../src/engines/spark/spark-engine.ts';
import { SparkJob } from '../../../src/engines/spark/spark-job.ts';
import { storedColumns } from '../../../src/engines/spark/stored-columns.ts';
import { digestBytes } from '../../../src/frame/digest.ts';
import { createFileObjectStore } from '../../../src/stores/objects/file-object-store.ts';
import { startCuttableProxy } from '../../support/cuttable-proxy.ts';
import { COLUMNS, frame } from '../../support/delicate-frame.ts';
import { MemoryBookmark } from '../../support/memory-bookmark.ts';
import { writeSnapshotFile } from '../../support/snapshot-file.ts';
import { startTestSpark, type TestSpark } from '../../support/spark.ts';
import { failureOf } from '../../support/spark-rows.ts';
import { installedRuntime } from '../../support/spark-runtime.ts';
import { testFolder } from '../../support/test-folder.ts';

const MODULE = join(import.meta.dirname, '../../support/engine-functions.js');
const MINUTE = 60_000;
describe('the Spark engine', { timeout: 5 * MINUTE }, () => {
  let spark: TestSpark;
  let path: string;

  beforeAll(async () => {
    path = await writeSnapshotFile(frame);
    spark = await startTestSpark();
  }, 2 * MINUTE);
  afterAll(() => spark?.stop(), MINUTE);

  const engineAt = (remote: string, waitsMs?: readonly number[]) =>
    new SparkEngine({
      remote,
      runtime: installedRuntime,
      ...(waitsMs && { session: { waitsMs } }),
    });
  const jobOf = (name: string, tasks: readonly PartitionTask[], args: JsonObject = {}) => ({
    snapshot: { digest: digestBytes('snapshot'), path },
    columns: COLUMNS,
    rowHashes: true,
    tasks,
    fn: { name, module: MODULE, args },
    limits: { seconds: 60, memoryMb: 512 },
  });
  const tasks = [
    task('one', [{ start: 0, count: 400 }]),
    task('none', []),
    task('two', [{ start: 400, count: 600 }]),
    task('all', [
      { start: 500, count: 500 },
      { start: 0, count: 500 },
    ]),
    task('all', [
      { start: 500, count: 500 },
      { start: 0, count: 500 },
    ]),
  ];

  it('shows functions what the local engine shows them, to the last bit', async () => {
    const engines = [engineAt(spark.remote), new LocalEngine({ threads: 2 })];
    const [onSpark, here] = await Promise.all(
      engines.map(async (engine) => {
        const outcomes = await allOf(engine.map(jobOf('look', tasks), never()));
        await engine.close();
        return outcomes.map(({ ms: _ms, ...outcome }) => outcome);
      }),
    );
    expect(here?.map(({ kind }) => kind)).toEqual(tasks.map(() => 'ok'));
    expect(onSpark).toEqual(here);
  });

  it('leaves blobs where the executors share the store', async () => {
    const folder = join(testFolder(), 'objects');
    const objects = createFileObjectStore(folder);
    const engine = engineAt(spark.remote);
    const job = jobOf('summarise', tasks);
    const sent = await allOf(engine.map(job, never()));
    const waiting = await allOf(engine.map({ ...job, store: objects }, never()));
    await engine.close();
    for (const [i, outcome] of waiting.entries()) {
      const same = sent[i];
      if (outcome.kind !== 'ok' || same?.kind !== 'ok') throw new Error('A task failed.');
      expect(outcome.blobs.size).toBe(0);
      const stored = [...(outcome.stored ?? [])];
      await objects.adopt(stored.map(([, member]) => member));
      const bytes = stored.map(
        async ([name, { pack, offset, length }]) =>
          [name, await objects.getRange(pack, offset, length)] as const,
      );
      expect(await Promise.all(bytes)).toEqual([...same.blobs]);
      expect(stored.length).toBeGreaterThan(0);
    }
    const [left = '', ...others] = readdirSync(join(folder, 'incoming'));
    expect(others).toEqual([]);
    expect(readdirSync(join(folder, 'incoming', left))).toEqual([]);
  });

  it('reads only the columns it needs, and moves the rows once', async () => {
    const session = await SparkSession.open(parseRemote(spark.remote));
    const columns = await storedColumns(path, COLUMNS);
    const job = new SparkJob(jobOf('look', [tasks[0]!, tasks[2]!]), [0, 1], 2);
    const plan = job.plan({ spark: '4.1', columns, module: undefined, packs: undefined });
    const text = await session.explain(plan.root ?? {});
    await session.release();
    expect(text.match(/\) Exchange\n/g)).toHaveLength(1);
    expect(text).toMatch(/hashpartitioning\(cast\(shiftright\(__place#\d+L?, 32\) as int\), 2\)/);
    expect(text.match(/\) Sort\n/g)).toHaveLength(1);
    expect(text).toContain('BroadcastHashJoin');
    expect(text).toMatch(/PushedFilters: \[[^\]]*LessThanOrEqual\(__row,999\)/);
    expect(text).toMatch(/ReadSchema: struct<(?!.*unread)/);
  });

  /** Twelve partitions, each of which leaves its name in a book when it is run. */
  const signing = (book: string) => {
    const names = Array.from({ length: 12 }, (_, i) => `p${i}`);
    const each = names.map((name, i) => task(name, [{ start: i * 10, count: 10 }]));
    return { names, job: jobOf('signTheBook', each, { book, waitMs: 300 }) };
  };
  const namesIn = (book: string) => readFileSync(book, 'utf8').trim().split('\n').sort();
  const namesOf = (outcomes: readonly Outcome[]) =>
    outcomes.map((outcome) => outcome.kind === 'ok' && outcome.facts['partition']);

  it('goes on with the work of an attempt that was cut off, and runs nothing twice', async () => {
    const book = join(testFolder(), 'book');
    const { names, job } = signing(book);
    const proxy = await startCuttableProxy(spark.port);
    const bookmark = new MemoryBookmark();
    const first = engineAt(`sc://127.0.0.1:${proxy.port}`, []);
    const cut = await (async () => {
      for await (const outcomes of first.map(job, never(), bookmark)) {
        expect(outcomes.length).toBeGreaterThan(0);
        await proxy.close();
      }
    })().catch((error: unknown) => error);
    expect(cut).toMatchObject({ kind: 'unreachable' });

    const second = engineAt(spark.remote);
    const outcomes = await allOf(second.map(job, never(), bookmark));
    await second.close();
    expect(namesOf(outcomes)).toEqual(names);
    expect(namesIn(book)).toEqual([...names].sort());
    expect(bookmark.places).toHaveLength(1);
    const { tasks, done } = bookmark.advances.at(-1) ?? { tasks: 0, done: 0 };
    expect([done > 0, done <= tasks]).toEqual([true, true]);
  });

  it('leaves the work to the next process when it departs, and ends nothing', async () => {
    const book = join(testFolder(), 'book');
    const { names, job } = signing(book);
    const bookmark = new MemoryBookmark();
    const departing = engineAt(spark.remote);
    const abort = new AbortController();
    const departure = new Departure('a new version comes');
    const outcomes = departing.map(job, abort.signal, bookmark)[Symbol.asyncIterator]();
    expect((await outcomes.next()).done).toBe(false);
    abort.abort(departure);
    await expect(outcomes.next()).rejects.toBe(departure);
    await departing.close();

    const next = engineAt(spark.remote);
    expect(namesOf(await allOf(next.map(job, never(), bookmark)))).toEqual(names);
    await next.close();
    expect(namesIn(book)).toEqual([...names].sort());
    expect(bookmark.places).toHaveLength(1);
  });

  it('runs what has not arrived, and that alone, when the operation is gone', async () => {
    const book = join(testFolder(), 'book');
    const { names, job } = signing(book);
    const bookmark = new MemoryBookmark();
    const engine = engineAt(spark.remote);
    await allOf(engine.map(job, never(), bookmark));
    // All has arrived: Spark is not asked.
    expect(namesOf(await allOf(engine.map(job, never(), bookmark)))).toEqual(names);
    expect(bookmark.places).toHaveLength(1);
    bookmark.forgetAllBut(1);
    expect(namesOf(await allOf(engine.map(job, never(), bookmark)))).toEqual(names);
    await engine.close();
    const again = bookmark.places[1] as { readonly tasks: readonly number[] };
    const { length } = again.tasks;
    expect(length).toBeLessThan(names.length);
    expect(namesIn(book)).toHaveLength(names.length + length);
  });

  it('sends a new session the module of several jobs that begin at once, once', async () => {
    const engine = engineAt(spark.remote);
    const job = jobOf('look', tasks.slice(0, 1));
    const jobs = Array.from({ length: 4 }, () => allOf(engine.map(job, never())));
    for (const [outcome] of await Promise.all(jobs)) expect(outcome?.kind).toBe('ok');
    await engine.close();
  });

  it('gets a new session when the server has lost the one it had', async () => {
    const engine = engineAt(spark.remote);
    const bookmark = new MemoryBookmark();
    const job = jobOf('look', tasks.slice(0, 1));
    await allOf(engine.map(job, never(), bookmark));
    const session = { sessionId: sessionIn(bookmark.places) };
    await (await SparkSession.open(parseRemote(spark.remote), session)).release();
    expect(await allOf(engine.map(job, never()))).toHaveLength(1);
    await engine.close();
  });

  it('ends the session when nothing uses it any more, and opens another for who comes later', async () => {
    const engine = new SparkEngine({ remote: spark.remote, runtime: installedRuntime, idleMs: 1 });
    const bookmarks = [new MemoryBookmark(), new MemoryBookmark()];
    const sessions: string[] = [];
    for (const bookmark of bookmarks) {
      await allOf(engine.map(jobOf('look', tasks.slice(0, 1)), never(), bookmark));
      const session = bookmark.places[0]?.['session'] as string;
      sessions.push(session);
      const open = () => SparkSession.open(parseRemote(spark.remote), { sessionId: session });
      await vi.waitFor(async () => {
        const opened = await open().catch((error: unknown) => error);
        if (opened instanceof SparkSession) opened.close();
        expect(opened).toMatchObject({ condition: 'INVALID_HANDLE.SESSION_CLOSED' });
      }, MINUTE);
    }
    expect(new Set(sessions).size).toBe(2);
    await engine.close();
  });

  it('has one job after another done by the same processes', async () => {
    const engine = engineAt(spark.remote);
    const pids: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      const [outcome] = await allOf(engine.map(jobOf('tellProcess', tasks.slice(0, 1)), never()));
      pids.push(outcome?.kind === 'ok' && outcome.facts['pid']);
    }
    await engine.close();
    expect(pids).toEqual([expect.any(Number), pids[0], pids[0]]);
  });

  it('leaves no operation behind when it is cancelled', async () => {
    const engine = engineAt(spark.remote);
    const bookmark = new MemoryBookmark();
    const abort = new AbortController();
    const job = jobOf('misbehave', [task('fine', []), task('loop', []), task('more', [])], {
      loop: 'loop',
    });
    const reason = new Error('enough');
    const outcomes = engine.map(job, abort.signal, bookmark)[Symbol.asyncIterator]();
    expect((await outcomes.next()).value).toHaveLength(1);
    abort.abort(reason);
    await expect(outcomes.next()).rejects.toBe(reason);
    const session = await SparkSession.open(parseRemote(spark.remote), {
      sessionId: sessionIn(bookmark.places),
    });
    expect(await session.interruptAll()).toEqual([]);
    session.close();
    await engine.close();
  });

  it('finds out before any work whether Spark sees our files', async () => {
    const engine = engineAt(spark.remote);
    const probe = (file: string) =>
      engine.probe({ digest: digestBytes(file), path: file }, never()).then(
        () => 'seen',
        (error: unknown) => error,
      );
    expect(await probe(path)).toBe('seen');
    const refusal = await probe('/not/shared/snapshot.parquet');
    expect(refusal).toMatchObject({ kind: 'unsupported' });
    expect(refusal).toHaveProperty('message', expect.stringContaining('PARTITA_FOLDER'));
    await engine.close();
  });

  it('names the folds that an executor does not find', async () => {
    const engine = engineAt(spark.remote);
    const job = { ...jobOf('look', tasks.slice(0, 1)), folds: { path: '/not/shared/folds' } };
    const failure = await allOf(engine.map(job, never())).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'unreachable' });
    expect(failure).toHaveProperty(
      'message',
      expect.stringMatching(/executor.*\/not\/shared\/folds/),
    );
    await engine.close();
  });

  it('names the setting when Spark does not see our files', async () => {
    const session = await SparkSession.open(parseRemote(spark.remote));
    const error = await failureOf(session.execute(query(readFiles('parquet', ['/not/shared']))));
    await session.release();
    const failure = jobFailure(error, jobOf('look', []));
    expect(failure).toMatchObject({ kind: 'unreachable' });
    expect(failure).toHaveProperty('message', expect.stringContaining('PARTITA_FOLDER'));
  });

  it('names the address that can not be reached, and takes no other for one', async () => {
    const proxy = await startCuttableProxy(spark.port);
    await proxy.close();
    const engine = engineAt(`sc://127.0.0.1:${proxy.port}`);
    const failure = await allOf(engine.map(jobOf('look', tasks), never())).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ kind: 'unreachable' });
    expect(failure).toHaveProperty('message', expect.stringContaining(String(proxy.port)));
    expect(() => engineAt('localhost:15002')).toThrow('sc://');
  });
});

function task(name: string, ranges: PartitionTask['partition']['ranges']): PartitionTask {
  return { partition: { id: name, text: name, ranges } };
}

/** The session of the first place. */
function sessionIn([place]: readonly JsonObject[]): string {
  return place?.['session'] as string;
}

function never(): AbortSignal {
  return new AbortController().signal;
}

async function allOf(outcomes: AsyncIterable<readonly Outcome[]>): Promise<readonly Outcome[]> {
  const all: Outcome[] = [];
  for await (const arrived of outcomes) all.push(...arrived);
  return all.sort((a, b) => a.task - b.task);
}
