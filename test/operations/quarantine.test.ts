import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { digestBytes, partitionId } from '../../src/frame/digest.ts';
import type { OperationContext } from '../../src/operations/context.ts';
import { quarantines } from '../../src/operations/quarantines.ts';
import { type Blend, blendDigest, blendParts } from '../../src/partition/blend.ts';
import { answerFor } from '../../src/partition/model-set.ts';
import { servedModels } from '../../src/serving/model-set.ts';
import { createPostgresAnnotationStore } from '../../src/stores/postgres/postgres-annotation-store.ts';
import { createPostgresAuditStore } from '../../src/stores/postgres/postgres-audit-store.ts';
import { createPostgresQuarantineStore } from '../../src/stores/postgres/postgres-quarantine-store.ts';
import { createPostgresRegistryStore } from '../../src/stores/postgres/postgres-registry-store.ts';
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
import { kindOf, openRunStore, type TestRunStore } from '../stores/run-store-on-postgres.ts';

/** Partitions a and d have models of their own, b and c one together; d is answered by the model without partition. */
const SNAPSHOT = snapshotOf(['a', 'b', 'c', 'd']);
const [A, B, C, D] = SNAPSHOT.partitions.map(({ id }) => id) as [string, string, string, string];
const UNION = 'asset_type=(b and c)';
const UNION_ID = partitionId(UNION);
const modelOf = (id: string): Digest => digestBytes(`model of ${id}`);
const rowsOf = (place: number) => SNAPSHOT.partitions[place]?.digest ?? modelOf('none');
const EXPERIMENT = 'asset-status';

let opened: TestRunStore;
let context: OperationContext;
let asked: ReturnType<typeof quarantines>;
let first: string;
let second: string;

beforeAll(async () => {
  opened = await openRunStore();
  const { db, store } = opened;
  const parts = {
    runs: store,
    facts: createPostgresRunFactsStore(db),
    quarantine: createPostgresQuarantineStore(db),
    annotations: createPostgresAnnotationStore(db),
    registry: createPostgresRegistryStore(db),
    audit: createPostgresAuditStore(db),
    user: 'ada',
  };
  context = parts as unknown as OperationContext;
  asked = quarantines((work) => work(context));
  first = await recordRun(1);
  second = await recordRun(2);
  await context.registry.promote({ ...by, runId: second, alias: 'champion' });
});
afterAll(() => opened?.close());

const by = { actor: 'ada', role: 'admin', reason: null } as const;
const because = { reason: 'sensor 7 was broken' };

/** `blend`: partition d is answered by its own model and the one without partition together. */
async function recordRun(number: number, blend?: Blend): Promise<string> {
  const { store } = opened;
  const { runId } = await store.createRun(newRun(number));
  await store.setStatus(runId, 'RUNNING');
  const file = { digest: digestBytes('file'), byteSize: 1 };
  await store.recordSnapshot(runId, SNAPSHOT, file, attempt());
  await store.planBatches(runId, { stage: 'profile', batches: [[A, B, C, D]] });
  const profiles = SNAPSHOT.partitions.map(profileOf);
  await store.recordProfiles(runId, 0, profiles, digestBytes('folds 0'), attempt());
  const merged = { kind: 'merge', reason: 'too_small', into: UNION_ID } as const;
  const planned = SNAPSHOT.partitions
    .map(plannedOf)
    .map((one) => ([B, C].includes(one.partitionId) ? { ...one, decision: merged } : one));
  const union = {
    partitionId: UNION_ID,
    text: UNION,
    key: { asset_type: '(b and c)' },
    rows: 200,
    decision: { kind: 'train' },
    ranges: planned.slice(1, 3).flatMap(({ ranges }) => ranges),
  } as const;
  const plan = { classes: ['active', 'idle'], folds: digestBytes('folds'), warnings: [] };
  await store.recordCondition(runId, conditionedOf(plan, [...planned, union]), attempt());
  const ids = [A, UNION_ID, D];
  await store.planBatches(runId, { stage: 'train', batches: [ids] });
  const trained = ids.map((id) => trainedOf(id));
  await store.recordTraining(runId, 0, trained, attempt());
  // Alone in its pack, whose digest is then its own.
  const alone = { pack: modelOf(GLOBAL_PARTITION), offset: 0, length: 100 };
  const global = { ...trainedOf(GLOBAL_PARTITION), model: alone };
  await store.recordGlobalTraining(runId, global, attempt());
  const chosen = [
    chosenOf(A),
    ...[B, C].map((id) => ({ ...chosenOf(id), model: modelOf(UNION_ID) })),
    chosenOf(UNION_ID),
    blend === undefined
      ? { ...chosenOf(D), verdict: 'tie' as const, model: modelOf(GLOBAL_PARTITION) }
      : { ...chosenOf(D), verdict: 'blend' as const, model: blendDigest(blend.parts), blend },
  ];
  await store.recordChoice(runId, chosen, totalsOf(4), attempt());
  await store.setStatus(runId, 'SUCCEEDED');
  return runId;
}

/** Who answers for each partition, and why: `own`, `global: reason` or `nobody: reason`. */
async function answers(runId = second): Promise<readonly string[]> {
  const { models } = await servedModels(context, runId);
  return ['a', 'b', 'd', 'unseen'].map((value) => {
    const { member, reason } = answerFor(`asset_type=${value}`, models);
    return `${member?.rung ?? 'nobody'}: ${reason}`;
  });
}

const USUAL = ['own: own', 'own: own', 'global: tie', 'global: unseen_partition'];
const HELD = 'quarantined: sensor 7 was broken';

/** What happens while it is in quarantine; afterwards it is not any more. */
async function whileHeld<Result>(
  what: { readonly what: string; readonly experiment?: string },
  work: () => Promise<Result>,
): Promise<Result> {
  await asked.begin(what, because);
  try {
    return await work();
  } finally {
    await asked.end(what, { reason: 'it was fine' });
  }
}

describe('what bad data reached', () => {
  it('is the model of the rows and the one without partition, in every run, and names that answer with them', async () => {
    const { models, aliases, counts, runs } = await asked.impact({ what: rowsOf(0) });
    expect(models.map(({ runId, model, reach }) => [runId, model, reach])).toEqual([
      [second, modelOf(GLOBAL_PARTITION), 'global'],
      [second, modelOf(A), 'rows'],
      [first, modelOf(GLOBAL_PARTITION), 'global'],
      [first, modelOf(A), 'rows'],
    ]);
    expect(counts).toEqual({ runs: 2, models: 4, answers: 4 });
    expect(runs[0]).toMatchObject({ runId: second, models: 2, answers: 2 });
    const champion = { experiment: EXPERIMENT, alias: 'champion', runId: second, answers: 2 };
    expect(aliases).toEqual([champion]);
  });

  it('reaches the union that the rows were merged into', async () => {
    const { models } = await asked.impact({ what: 'b', experiment: EXPERIMENT });
    const reached = models.filter(({ runId }) => runId === first).map(({ reach }) => reach);
    expect(reached).toEqual(['global', 'union']);
  });

  it('is everything of a snapshot, a file or folds, and of a model itself only', async () => {
    for (const what of [SNAPSHOT.digest, digestBytes('file'), digestBytes('folds')])
      expect((await asked.impact({ what })).counts).toMatchObject({ runs: 2, models: 8 });
    const { counts, models } = await asked.impact({ what: modelOf(UNION_ID) });
    expect(counts).toEqual({ runs: 2, models: 2, answers: 6 });
    expect(models[0]).toMatchObject({ reach: 'itself', partition: UNION });
    const pack = await asked.impact({ what: digestBytes('pack of models') });
    expect(pack.counts.models).toBe(6);
    const alone = await asked.impact({ what: modelOf(GLOBAL_PARTITION) });
    expect(alone.subject.kind).toBe('model');
  });

  it('is asked by the beginning of a digest or by the name of a partition, and a slip is told', async () => {
    const short = await asked.impact({ what: modelOf(A).slice(7, 19) });
    expect(short.subject).toEqual({ kind: 'model', digest: modelOf(A) });
    const bare = await asked.impact({ what: 'a' });
    expect(bare.subject).toMatchObject({ kind: 'partition', text: 'asset_type=a' });
    for (const what of ['e', 'sha256:0000000', 'a\u0000', "' or true --"])
      expect(await kindOf(asked.impact({ what }))).toBe('not-found');
    expect(await kindOf(asked.impact({ what: 'a', experiment: 'none' }))).toBe('not-found');
  });
});

describe('a quarantine', () => {
  it('of a model lets the one without partition answer, with the reason, until it is released', async () => {
    expect(await answers()).toEqual(USUAL);
    const before = await context.quarantine.standing(`${EXPERIMENT}@champion`);
    const held = await whileHeld({ what: modelOf(A) }, async () => {
      expect(await context.quarantine.standing(second)).not.toEqual(before);
      expect(await asked.begin({ what: modelOf(A) }, { reason: 'again' })).toMatchObject(because);
      return [await answers(), await answers(first)];
    });
    const withoutA = [`global: ${HELD}`, ...USUAL.slice(1)];
    expect(held).toEqual([withoutA, withoutA]);
    expect(await answers()).toEqual(USUAL);
    expect(before).toMatchObject({ runId: second });
  });

  it('of rows reaches the model without partition too: then nobody answers where no own model does', async () => {
    const held = await whileHeld({ what: rowsOf(1) }, () => answers());
    expect(held).toEqual(['own: own', `nobody: ${HELD}`, `nobody: ${HELD}`, `nobody: ${HELD}`]);
  });

  it('of a partition withdraws its own model only, in its experiment only', async () => {
    const partition = { what: 'a', experiment: EXPERIMENT };
    expect((await whileHeld(partition, () => answers()))[0]).toBe(`global: ${HELD}`);
    expect(await kindOf(asked.begin({ what: 'a' }, because))).toBe('usage');
  });

  it('of a snapshot leaves nobody to answer, and says so', async () => {
    await whileHeld({ what: SNAPSHOT.digest }, async () => {
      expect(await kindOf(answers())).toBe('conflict');
    });
  });

  it('keeps a run from being promoted or rolled back to, unless that is meant', async () => {
    const { registry } = context;
    const promotion = { ...by, runId: first, alias: 'challenger' };
    // It was merged: what answers is the union's.
    await whileHeld({ what: 'b', experiment: EXPERIMENT }, async () => {
      await expect(registry.promote(promotion)).rejects.toThrow(/asset_type=b: sensor 7/);
    });
    await whileHeld({ what: modelOf(A) }, async () => {
      await expect(registry.promote(promotion)).rejects.toThrow(
        /answers for a partition with models in quarantine \(asset_type=a: sensor 7 was broken\)/,
      );
      const meant = await registry.promote({ ...promotion, despiteQuarantine: true });
      expect(meant.runId).toBe(first);
      await registry.promote({ ...promotion, runId: second, despiteQuarantine: true });
      const back = registry.rollback({ ...by, experiment: EXPERIMENT, alias: 'challenger' });
      expect(await kindOf(back)).toBe('conflict');
    });
    const back = await registry.rollback({ ...by, experiment: EXPERIMENT, alias: 'challenger' });
    expect(back.runId).toBe(first);
  });

  it('is listed while it stands, needs a reason, and is on record with who and why', async () => {
    await whileHeld({ what: modelOf(A) }, async () => {
      const subject = { kind: 'model', digest: modelOf(A) };
      expect(await asked.list()).toMatchObject([{ subject, actor: 'ada', ...because }]);
    });
    expect(await asked.list()).toEqual([]);
    expect(await kindOf(asked.end({ what: modelOf(A) }, because))).toBe('not-found');
    expect(await kindOf(asked.begin({ what: modelOf(A) }, { reason: ' ' }))).toBe('usage');
    expect(await kindOf(asked.begin({ what: digestBytes('folds') }, because))).toBe('usage');
    const events = await context.audit.list({ limit: 2 });
    expect(events).toMatchObject([
      { action: 'quarantine.end', target: { model: modelOf(A) }, reason: 'it was fine' },
      { action: 'quarantine.begin', actor: 'ada', ...because },
    ]);
  });
});

describe('models that answer together', () => {
  const parts = blendParts(modelOf(D), { rung: 'global', model: modelOf(GLOBAL_PARTITION) }, 0.37);
  let third: string;

  beforeAll(async () => {
    const { facts } = evaluatedOf(D);
    third = await recordRun(3, { parts, withoutFold: [], scores: facts.own });
  });

  it('say so, and how much each does; of two of which one is in quarantine the other answers', async () => {
    const ofD = async () => (await answers(third))[2];
    expect(await ofD()).toBe('blend: blend: 37 % own, 63 % global');
    expect(await whileHeld({ what: modelOf(D) }, ofD)).toBe(`global: ${HELD}`);
    expect(await whileHeld({ what: modelOf(GLOBAL_PARTITION) }, ofD)).toBe(`own: ${HELD}`);
    const { models } = await servedModels(context, third);
    const { member } = answerFor('asset_type=d', models);
    expect(member?.parts.map(({ digest, weight }) => ({ digest, weight }))).toEqual(
      parts.map(({ model, weight }) => ({ digest: model, weight })),
    );
    expect(await kindOf(asked.begin({ what: blendDigest(parts) }, because))).toBe('usage');
  });

  it('keep a run from being promoted as each of them does', async () => {
    const promotion = { ...by, runId: third, alias: 'blended' };
    await whileHeld({ what: modelOf(D) }, async () => {
      await expect(context.registry.promote(promotion)).rejects.toThrow(/asset_type=d: sensor 7/);
    });
    await whileHeld({ what: 'd', experiment: EXPERIMENT }, async () => {
      await expect(context.registry.promote(promotion)).rejects.toThrow(/asset_type=d: sensor 7/);
    });
  });
});

describe('notes and tags', () => {
  it('are kept of runs and models: notes add up, of a tag the newest value stands', async () => {
    const model = modelOf(A).slice(0, 20);
    await asked.annotate(model, { kind: 'note', text: 'holds in summer' });
    await asked.annotate(model, { kind: 'tag', name: 'tier', text: '2' });
    await asked.annotate(model, { kind: 'tag', name: 'owner', text: '' });
    await asked.annotate(model, { kind: 'tag', name: 'tier', text: '1' });
    await asked.annotate(model, { kind: 'untag', name: 'owner' });
    expect(await asked.annotations(modelOf(A))).toMatchObject({
      of: { kind: 'model', model: modelOf(A) },
      notes: [{ text: 'holds in summer', actor: 'ada' }],
      tags: [{ name: 'tier', text: '1' }],
    });
    const run = await asked.annotate(`${EXPERIMENT}@champion`, { kind: 'note', text: 'ours' });
    expect(run.of).toEqual({ kind: 'run', runId: second });
  });

  it('are refused without words, with a name that is none, and of what is not there', async () => {
    const note = { kind: 'note', text: 'x' } as const;
    expect(await kindOf(asked.annotate('sha256:ffffff', note))).toBe('not-found');
    expect(await kindOf(asked.annotate('nothing@champion', note))).toBe('not-found');
    expect(await kindOf(asked.annotate(second, { ...note, text: '' }))).toBe('usage');
    const tag = { kind: 'tag', name: 'Tier One', text: '' } as const;
    expect(await kindOf(asked.annotate(second, tag))).toBe('usage');
  });

  it('leave the trail as it was written', async () => {
    expect((await context.audit.verify()).findings).toEqual([]);
  });
});
