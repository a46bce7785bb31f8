import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partitionText } from '../../src/domain/partition.ts';
import { digestBytes, partitionId } from '../../src/frame/digest.ts';
import type { OperationContext } from '../../src/operations/context.ts';
import { blendDigest, blendParts } from '../../src/partition/blend.ts';
import { answerFor } from '../../src/partition/model-set.ts';
import { parentOf } from '../../src/partition/parents.ts';
import { servedModels } from '../../src/serving/model-set.ts';
import { createPostgresQuarantineStore } from '../../src/stores/postgres/postgres-quarantine-store.ts';
import { createPostgresRunFactsStore } from '../../src/stores/postgres/postgres-run-facts-store.ts';
import { GLOBAL_PARTITION } from '../../src/stores/run-records.ts';
import {
  attempt,
  chosenOf,
  conditionedOf,
  evaluatedOf,
  newRun,
  plannedOf,
  profileOf,
  snapshotOf,
  totalsOf,
  trainedOf,
} from '../stores/made-up-run.ts';
import { openRunStore, type TestRunStore } from '../stores/run-store-on-postgres.ts';

const COLUMNS = ['region', 'store'];
const STORES = [
  ['north', '1'],
  ['north', '2'],
  ['south', '1'],
] as const;
const made = snapshotOf(['a', 'b', 'c']);
/** Two stores of the north and one of the south. */
const SNAPSHOT = {
  ...made,
  partitions: made.partitions.map((one, i) => {
    const [region, store] = STORES[i] ?? ['', ''];
    const text = partitionText(COLUMNS, [region, store]);
    return { ...one, id: partitionId(text), text, key: { region, store } };
  }),
};
const [N1, N2, S1] = SNAPSHOT.partitions.map(({ id }) => id) as [string, string, string];
const NORTH = 'region=north';
const NORTH_ID = parentOf({ region: 'north' }, ['region'])?.id ?? '';
const modelOf = (id: string) => digestBytes(`model of ${id}`);

let opened: TestRunStore;
let context: Pick<OperationContext, 'runs' | 'facts' | 'quarantine'>;
let runId: string;

beforeAll(async () => {
  opened = await openRunStore();
  const { db, store } = opened;
  context = {
    runs: store,
    facts: createPostgresRunFactsStore(db),
    quarantine: createPostgresQuarantineStore(db),
  };
  runId = await recordRun();
});
afterAll(() => opened?.close());

/** Stores have models of their own; the second of the north answers together with its parent. */
async function recordRun(): Promise<string> {
  const { store } = opened;
  const { runId: id } = await store.createRun(newRun(1));
  await store.setStatus(id, 'RUNNING');
  const file = { digest: digestBytes('file'), byteSize: 1 };
  await store.recordSnapshot(id, SNAPSHOT, file, attempt());
  await store.planBatches(id, { stage: 'profile', batches: [[N1, N2, S1]] });
  const profiles = SNAPSHOT.partitions.map(profileOf);
  await store.recordProfiles(id, 0, profiles, digestBytes('folds 0'), attempt());
  const plan = { classes: ['active', 'idle'], folds: digestBytes('folds'), warnings: [] };
  const planned = SNAPSHOT.partitions.map(plannedOf);
  const parent = {
    partitionId: NORTH_ID,
    text: NORTH,
    key: { region: 'north' },
    rows: 200,
    decision: { kind: 'train' },
    ranges: planned.slice(0, 2).flatMap(({ ranges }) => ranges),
    isParent: true,
  } as const;
  await store.recordCondition(
    id,
    { ...conditionedOf(plan, planned), parents: [parent] },
    attempt(),
  );
  const ids = [N1, N2, S1, NORTH_ID];
  await store.planBatches(id, { stage: 'train', batches: [ids] });
  const trained = ids.map((one) => trainedOf(one));
  await store.recordTraining(id, 0, trained, attempt());
  await store.recordGlobalTraining(id, trainedOf(GLOBAL_PARTITION), attempt());
  const parts = blendParts(modelOf(N2), { rung: 'parent', model: modelOf(NORTH_ID) }, 0.4);
  const scores = evaluatedOf(N2).facts.own;
  const chosen = [
    chosenOf(N1),
    {
      ...chosenOf(N2),
      verdict: 'blend' as const,
      model: blendDigest(parts),
      blend: { parts, withoutFold: [], scores },
    },
    chosenOf(S1),
    { ...chosenOf(NORTH_ID), verdict: 'parent' as const },
  ];
  await store.recordChoice(id, chosen, totalsOf(3), attempt());
  await store.setStatus(id, 'SUCCEEDED');
  return id;
}

async function answers(): Promise<readonly string[]> {
  const { models } = await servedModels(context, runId);
  return [...STORES, ['north', '9']].map((values) => {
    const { member, reason } = answerFor(partitionText(COLUMNS, values), models);
    return `${member?.rung ?? 'nobody'}: ${reason}`;
  });
}

/** Who answers while it is in quarantine. */
async function answersWithout(what: string): Promise<readonly string[]> {
  const { quarantine } = context;
  const subject = await quarantine.subject(what);
  const change = { actor: 'ada', role: 'admin', reason: 'a broken till' } as const;
  await quarantine.quarantine(subject, change);
  try {
    return await answers();
  } finally {
    await quarantine.release(subject, change);
  }
}

const USUAL = [
  'own: own',
  'blend: blend: 40 % own, 60 % parent',
  'own: own',
  'parent: unseen_partition',
];
const HELD = 'quarantined: a broken till';

describe('with a parent, a quarantine', () => {
  it('of a model that answers together with its parent leaves that to answer', async () => {
    expect(await answers()).toEqual(USUAL);
    expect((await answersWithout(modelOf(N2)))[1]).toBe(`parent: ${HELD}`);
    expect((await answersWithout(modelOf(NORTH_ID)))[1]).toBe(`own: ${HELD}`);
  });

  it("of the parent's rows withholds its model, those of the partitions below it and the one without partition", async () => {
    const { digest } = await opened.db
      .selectFrom('run_partition')
      .select('digest')
      .where('partition_id', '=', NORTH_ID)
      .executeTakeFirstOrThrow();
    const nobody = `nobody: ${HELD}`;
    expect(await answersWithout(digest ?? '')).toEqual([nobody, nobody, 'own: own', nobody]);
    const subject = await context.quarantine.subject(digest ?? '');
    const { models } = await context.quarantine.impact(subject);
    expect(models.map(({ partition, reach }) => [partition, reach])).toEqual([
      [NORTH, 'rows'],
      [expect.any(String), 'global'],
      ['region=north/store=1', 'rows'],
      ['region=north/store=2', 'rows'],
    ]);
  });
});
