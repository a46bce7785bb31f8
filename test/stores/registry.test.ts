import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresAuditStore } from '../../src/stores/postgres/postgres-audit-store.ts';
import { createPostgresQuarantineStore } from '../../src/stores/postgres/postgres-quarantine-store.ts';
import { createPostgresRegistryStore } from '../../src/stores/postgres/postgres-registry-store.ts';
import type { RegistryStore } from '../../src/stores/registry-store.ts';
import { attempt, chosenOf, recordPlan, snapshotOf, totalsOf, trainedOf } from './made-up-run.ts';
import { kindOf, openRunStore, type TestRunStore } from './run-store-on-postgres.ts';

let opened: TestRunStore;
let registry: RegistryStore;
let runs: readonly [first: string, second: string, third: string];

beforeAll(async () => {
  opened = await openRunStore();
  registry = createPostgresRegistryStore(opened.db);
  runs = [await chosenRun(), await chosenRun(), await chosenRun()];
});
afterAll(() => opened?.close());

async function chosenRun(): Promise<string> {
  const { store, startRun } = opened;
  const runId = await startRun();
  const ids = await recordPlan(store, runId, snapshotOf(['a']));
  await store.recordTraining(
    runId,
    0,
    ids.map((id) => trainedOf(id)),
    attempt(),
  );
  await store.recordChoice(runId, ids.map(chosenOf), totalsOf(1), attempt());
  await store.setStatus(runId, 'SUCCEEDED');
  return runId;
}

const NAME = 'asset-status';
const by = { actor: 'ada', role: 'editor', reason: 'better' } as const;
const promote = (runId: string, alias = 'champion', expected?: string | null) =>
  registry.promote({ ...by, runId, alias, ...(expected === undefined ? {} : { expected }) });
const rollback = (alias = 'champion') => registry.rollback({ ...by, experiment: NAME, alias });
const champion = async () =>
  (await registry.aliases({ experiment: NAME })).find(({ alias }) => alias === 'champion')?.runId;

describe('a name of a model set', () => {
  it('stands for the run that was promoted last, and goes back as far as it came', async () => {
    const [first, second, third] = runs;
    for (const run of [first, second, third]) await promote(run);
    expect(await champion()).toBe(third);
    expect(await promote(third)).toMatchObject({ runId: third });
    expect(await rollback()).toMatchObject({ runId: second, kind: 'rollback' });
    expect(await rollback()).toMatchObject({ runId: first });
    expect(await kindOf(rollback())).toBe('not-found');
    await promote(third);
    expect(await rollback()).toMatchObject({ runId: first });
    const history = await registry.history(NAME, 'champion');
    expect(history.map(({ runId }) => runId)).toEqual([
      first,
      third,
      first,
      second,
      third,
      second,
      first,
    ]);
    expect(history[0]).toMatchObject({ actor: 'ada', reason: 'better', kind: 'rollback' });
  });

  it('is understood wherever a run is asked for', async () => {
    await promote(runs[1], 'challenger');
    expect((await opened.store.run(`${NAME}@challenger`)).runId).toBe(runs[1]);
    expect(await kindOf(opened.store.run(`${NAME}@nobody`))).toBe('not-found');
    expect(await kindOf(opened.store.run('nothing@champion'))).toBe('not-found');
  });

  it('costs one statement where rows are asked for, which says the run and what is in quarantine', async () => {
    await promote(runs[0], 'asked');
    const asked: string[] = [];
    const counted = opened.db.withPlugin({
      transformQuery({ node }) {
        asked.push(node.kind);
        return node;
      },
      transformResult: ({ result }) => Promise.resolve(result),
    });
    const store = createPostgresQuarantineStore(counted);
    const [byName, byId] = [await store.standing(`${NAME}@asked`), await store.standing(runs[0])];
    expect(byName).toEqual(byId);
    expect(byName.runId).toBe(runs[0]);
    expect(asked).toHaveLength(2);
    expect(await kindOf(store.standing(`${NAME}@nobody`))).toBe('not-found');
  });

  it('is given to one of two who want it at once, and to nobody who saw another state', async () => {
    const wanted = [promote(runs[1], 'race', null), promote(runs[2], 'race', null)];
    const ended = await Promise.allSettled(wanted);
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await kindOf(promote(runs[0], 'race', runs[0]))).toBe('conflict');
  });

  it('is refused to a run that has chosen no models, and on record with who and why', async () => {
    expect(await kindOf(promote(await opened.startRun()))).toBe('conflict');
    const audit = createPostgresAuditStore(opened.db);
    const events = await audit.list({ limit: 100 });
    const changes = events.filter(({ action }) => action.startsWith('alias.'));
    expect(changes.at(-1)).toMatchObject({
      action: 'alias.promote',
      actor: 'ada',
      reason: 'better',
      target: { experiment: NAME, alias: 'champion' },
      before: { run: null },
      after: { run: runs[0] },
    });
    expect((await audit.verify()).findings).toEqual([]);
  });
});
