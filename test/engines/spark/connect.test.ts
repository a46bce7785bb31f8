import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join as joinPath } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  action,
  broadcast,
  column,
  expression,
  filter,
  join,
  localRows,
  mapBatches,
  named,
  project,
  query,
  type Relation,
  range,
  readFiles,
  readTable,
  repartition,
  sort,
  sql,
  structOf,
  writeNothing,
  writeParquet,
  writeTable,
} from '../../../src/engines/spark/connect/plan.ts';
import { parseRemote } from '../../../src/engines/spark/connect/remote.ts';
import { isSessionGone, SparkError } from '../../../src/engines/spark/connect/spark-error.ts';
import { SparkSession } from '../../../src/engines/spark/connect/spark-session.ts';
import { frameFromArrow } from '../../../src/frame/arrow.ts';
import { startTestSpark, type TestSpark } from '../../support/spark.ts';
import { batchesOf, failureOf, numbersOf, readAll } from '../../support/spark-rows.ts';
import { makeFolder, testFolder } from '../../support/test-folder.ts';

const MINUTE = 60_000;

describe('the client of Spark Connect', { timeout: 2 * MINUTE }, () => {
  let spark: TestSpark;
  let session: SparkSession;
  const folder = makeFolder();

  beforeAll(async () => {
    spark = await startTestSpark();
    session = await open();
  }, 2 * MINUTE);
  afterAll(async () => {
    await session?.release();
    await spark?.stop();
  }, MINUTE);

  const open = () => SparkSession.open(parseRemote(spark.remote));
  const read = async (relation: Relation) =>
    (await batchesOf(session.execute(query(relation)))).flatMap(numbersOf);

  it('knows the version of the server', () => {
    expect(session.version).toMatch(/^4\.\d+\.\d+/);
  });

  it('sets and reads settings of the session, and of no other', async () => {
    await session.setConfig({ 'spark.sql.shuffle.partitions': '7' });
    const key = ['spark.sql.shuffle.partitions', 'spark.nothing'];
    expect(await session.getConfig(key)).toEqual({ [key[0] ?? '']: '7', 'spark.nothing': null });
    const other = await open();
    expect(await other.getConfig(key)).toMatchObject({ [key[0] ?? '']: '4' });
    await other.release();
  });

  it('reads rows as Arrow', async () => {
    const rows = sql("SELECT 1.5D AS x, 'a' AS y UNION ALL SELECT NULL, 'b' ORDER BY y");
    const frames = [];
    for await (const event of session.execute(query(rows)))
      if (event.kind === 'batch') frames.push(frameFromArrow(event.arrow));
    expect(frames).toEqual([
      {
        rowCount: 2,
        columns: [
          { kind: 'number', name: 'x', values: Float64Array.of(1.5, Number.NaN) },
          { kind: 'category', name: 'y', codes: Int32Array.of(0, 1), levels: ['a', 'b'] },
        ],
      },
    ]);
  });

  it('knows the columns of a relation, and how Spark would get them', async () => {
    const relation = repartition(
      project(range(10), [named(column('id'), 'a b')]),
      [column('a b')],
      3,
    );
    expect(await session.schema(relation)).toMatchObject({
      struct: { fields: [{ name: 'a b', dataType: { long: {} } }] },
    });
    expect(await session.explain(relation)).toContain('REPARTITION_BY_NUM');
  });

  it('hands a function of ours to the executors, batch by batch', async () => {
    const fn = {
      name: 'double',
      output: structOf([{ name: 'doubled', type: 'double' }]),
      command: Buffer.from('opaque'),
      version: 'partita',
      columns: ['id'],
    };
    const batches = mapBatches(range(10), { ...fn, evalType: 207 });
    expect(await session.explain(batches)).toMatch(/MapInArrow[\s\S]*double\(id#\d+L\)#/);
    expect(await session.schema(batches)).toMatchObject({
      struct: { fields: [{ name: 'doubled', dataType: { double: {} } }] },
    });
  });

  it('joins with a small side that every executor gets', async () => {
    const few = project(range(3, 1), [expression('id AS few')]);
    const joined = join(range(100, 2), broadcast(few), expression('id = few * 10'));
    expect(await session.explain(joined)).toContain('BroadcastHashJoin');
    expect(await read(sort(joined, [column('id')]))).toEqual([0, 10, 20]);
  });

  it('knows when the server has forgotten the session', async () => {
    const own = await open();
    await own.release();
    const again = await SparkSession.open(parseRemote(spark.remote), { sessionId: own.id }).catch(
      (error: unknown) => error,
    );
    expect(isSessionGone(again)).toBe(true);
  });

  it('writes and reads Parquet and tables, twice as once', async () => {
    const path = joinPath(folder, 'even.parquet');
    const even = filter(range(100, 3), expression('id % 2 = 0'));
    for (let time = 0; time < 2; time++) {
      await session.run(writeParquet(even, path));
      await session.run(writeTable(even, 'even'));
    }
    await session.run(writeNothing(even));
    const expected = Array.from({ length: 50 }, (_, i) => i * 2);
    const inOrder = (relation: Relation) => read(sort(relation, [column('id')]));
    expect(await inOrder(readFiles('parquet', [path]))).toEqual(expected);
    expect(await inOrder(readTable('even'))).toEqual(expected);
  });

  it('sends rows of its own', async () => {
    const rows = session.execute(query(project(range(3, 1), [expression('id + 5 AS id')])));
    const [batch] = await batchesOf(rows);
    expect(await read(localRows(batch ?? new Uint8Array()))).toEqual([5, 6, 7]);
  });

  it('tells how far an operation is', async () => {
    await session.setConfig({ 'spark.connect.progress.reportInterval': '20ms' });
    const slow = project(range(40, 4), [
      expression('reflect("java.lang.Thread", "sleep", 20L) AS n'),
    ]);
    const seen = [];
    for await (const event of session.execute(action(writeNothing(slow))))
      if (event.kind === 'progress') seen.push(event);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.at(-1)?.tasks).toBeGreaterThanOrEqual(seen.at(-1)?.tasksDone ?? 0);
  });

  describe('when something goes wrong', () => {
    it("tells the whole of Spark's error", async () => {
      const name = `nowhere_${'x'.repeat(5000)}`;
      const error = await failureOf(session.execute(query(readTable(name))));
      expect(error).toBeInstanceOf(SparkError);
      expect(error).toMatchObject({ condition: 'TABLE_OR_VIEW_NOT_FOUND', sqlState: '42P01' });
      // The call itself carries only the first 2 KB.
      expect((error as Error).message).toContain('x'.repeat(5000));
      expect((error as Error).stack).toContain('.scala:');
    });

    it('tells why a task failed, cause by cause', async () => {
      const error = await failureOf(
        session.execute(query(project(range(3), [expression("raise_error('no such luck')")]))),
      );
      expect(error).toMatchObject({ condition: 'USER_RAISED_EXCEPTION' });
      const causes = (error as SparkError).causes;
      expect(causes.map(({ message }) => message).join('\n')).toContain('no such luck');
    });
  });

  describe('artifacts', () => {
    /** The bytes that lie on the server under a file's name. */
    const received = (name: string) =>
      readdirSync(spark.folder, { recursive: true, encoding: 'utf8' })
        .filter((path) => basename(path) === name)
        .map((path) => readFileSync(joinPath(spark.folder, path)));

    it('arrive whole, in one piece or in many, as often as they are sent', async () => {
      const own = await open();
      const small = Buffer.from('hello');
      const large = Buffer.alloc(3_500_000, 'not a round number');
      const path = joinPath(testFolder(), 'large.bin');
      writeFileSync(path, large);
      for (let time = 0; time < 2; time++) {
        await own.addArtifact({ name: 'files/small-1.txt', content: small });
        await own.addArtifact({ name: 'files/large-1.bin', content: { path } });
      }
      expect(received('small-1.txt')).toEqual([small]);
      const [arrived] = received('large-1.bin');
      expect(arrived?.equals(large)).toBe(true);
      await own.release();
    });

    it('never change under their name', async () => {
      await session.addArtifact({ name: 'files/fixed.txt', content: Buffer.from('one') });
      const failure = await session
        .addArtifact({ name: 'files/fixed.txt', content: Buffer.from('two') })
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({
        condition: expect.stringContaining('ARTIFACT_ALREADY_EXISTS'),
      });
    });
  });

  describe('cancelling', () => {
    const endless = () => writeNothing(range(1e15, 2));

    it('ends the operation on the server and rejects with the reason', async () => {
      const abort = new AbortController();
      const reason = new Error('the user said stop');
      await session.setConfig({ 'spark.connect.progress.reportInterval': '20ms' });
      const execution = session.execute(action(endless()), { signal: abort.signal });
      const events = execution[Symbol.asyncIterator]();
      expect((await events.next()).value).toMatchObject({ kind: 'progress' });
      abort.abort(reason);
      await expect(readAll(events)).rejects.toBe(reason);
      expect(await session.interruptAll()).toEqual([]);
    });

    it('ends what a reader leaves', async () => {
      await session.setConfig({ 'spark.connect.progress.reportInterval': '20ms' });
      for await (const event of session.execute(action(endless()))) {
        expect(event.kind).toBe('progress');
        break;
      }
      expect(await session.interruptAll()).toEqual([]);
    });

    it('ends every operation of a session, which then say so', async () => {
      const running = [0, 1].map(() => session.run(endless()).catch((error: unknown) => error));
      let interrupted: readonly string[] = [];
      while (interrupted.length < 2) {
        interrupted = [...interrupted, ...(await session.interruptAll())];
        await wait(20);
      }
      for (const failure of await Promise.all(running))
        expect(failure).toMatchObject({ kind: 'cancelled' });
    });
  });
});
