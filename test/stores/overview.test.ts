import type { Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../migrations/migrate.ts';
import type { Digest } from '../../src/domain/digest.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import type { OperationContext } from '../../src/operations/context.ts';
import { overview } from '../../src/operations/overview.ts';
import type { Spec } from '../../src/spec/spec.ts';
import { connectDatabase } from '../../src/stores/postgres/connect.ts';
import type { Database } from '../../src/stores/postgres/database.ts';
import { createPostgresOverviewStore } from '../../src/stores/postgres/postgres-overview-store.ts';
import { createPostgresRunStore } from '../../src/stores/postgres/postgres-run-store.ts';
import type { RunStore } from '../../src/stores/run-store.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { attempt, newRun, numbered, snapshotOf } from './made-up-run.ts';

const VERSIONS = 5;

let postgres: TestPostgres;
let db: Kysely<Database>;
let runs: RunStore;
const versions: Digest[] = [];

beforeAll(async () => {
  postgres = await startTestPostgres();
  const { url } = await postgres.createDatabase();
  db = connectDatabase({ url, application: 'partita test' });
  await migrate(db);
  runs = createPostgresRunStore(db);
  for (let i = 0; i < VERSIONS; i++) await readBy('asset-status', i, `data ${i}`);
  await readBy('costs', VERSIONS, 'data of another experiment');
});
afterAll(async () => {
  await db?.destroy();
  await postgres?.stop();
});

/** A run of an experiment that reads a version of the data of its own. */
async function readBy(name: string, number: number, data: string): Promise<void> {
  const { spec } = newRun(0);
  const wishes = { spec: { ...spec, name }, specDigest: digestBytes(name) };
  const { runId } = await runs.createRun(newRun(number, wishes));
  const snapshot = snapshotOf(numbered(1), data);
  versions.push(snapshot.digest);
  await runs.recordSnapshot(runId, snapshot, { digest: snapshot.digest, byteSize: 1 }, attempt());
}

const overall = () =>
  overview((work) => work({ overview: createPostgresOverviewStore(db) } as OperationContext));

describe('a version of the data', () => {
  it('is found by its digest, however many came after it, beside the one before it', async () => {
    const [first, second] = versions as [Digest, Digest];
    const newest = await overall().snapshots({ limit: 3 });
    expect(newest.map(({ digest }) => digest)).not.toContain(second);
    const found = await overall().snapshot(second);
    expect([found.digest, found.experiments, found.older?.digest]).toEqual([
      second,
      ['asset-status'],
      first,
    ]);
    expect((await overall().snapshot(first)).older).toBe(null);
    const ofOther = await overall().snapshot(versions.at(-1) as Digest);
    expect([ofOther.experiments, ofOther.older]).toEqual([['costs'], null]);
  });

  it('that no run has read is not found', async () => {
    const unknown = overall().snapshot(digestBytes('never read'));
    await expect(unknown).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('experiments', () => {
  it('come page by page, the one that ran last first', async () => {
    const [newest, ...none] = await overall().experiments({ limit: 1 });
    expect([newest?.experiment, newest?.runs, none]).toEqual(['costs', 1, []]);
    const rest = await overall().experiments({ limit: 5, before: newest?.newest.runId });
    expect(rest.map(({ experiment, runs: count }) => [experiment, count])).toEqual([
      ['asset-status', VERSIONS],
    ]);
  });
});

describe('what specs refer to', () => {
  it('is every address by reference, once, page by page', async () => {
    const { spec } = newRun(0);
    const refer = (number: number, changes: Partial<Spec>) =>
      runs.createRun(
        newRun(1000 + number, {
          spec: { ...spec, ...changes },
          specDigest: digestBytes(`refers ${number}`),
        }),
      );
    const tableOf = (url: string) => ({
      ...spec.data,
      source: { kind: 'postgres' as const, url, table: 'readings' },
    });
    await refer(1, { data: tableOf('${env:SOURCE_URL}') });
    await refer(2, { data: tableOf('${env:SOURCE_URL}'), name: 'other' });
    await refer(3, { data: tableOf('${env:ARCHIVE_URL}') });
    await refer(4, { engine: { kind: 'spark', remote: '${env:SPARK_URL}' } as Spec['engine'] });
    const all = await overall().references({ limit: 10 });
    expect(all.map(({ of, text }) => `${of} ${text}`)).toEqual([
      'source ${env:ARCHIVE_URL}',
      'source ${env:SOURCE_URL}',
      'engine ${env:SPARK_URL}',
    ]);
    const pages = async () => {
      const first = await overall().references({ limit: 2 });
      expect(first).toEqual(all.slice(0, 2));
      // Comes in meanwhile, before what was told.
      await refer(5, { data: tableOf('${env:AAA_URL}') });
      return [...first, ...(await overall().references({ limit: 2, after: first.at(-1) }))];
    };
    expect(await pages()).toEqual(all);
    expect(await overall().references({ limit: 2, after: all.at(-1) })).toEqual([]);
  });
});
