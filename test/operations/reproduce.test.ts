import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunStatus } from '../../src/domain/run.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import { compareRuns } from '../../src/operations/compare-runs.ts';
import type { OperationContext } from '../../src/operations/context.ts';
import {
  compareReproduction,
  recordReproduction,
  startReproduction,
} from '../../src/operations/reproduce.ts';
import { runResult } from '../../src/operations/result.ts';
import { retryRun } from '../../src/operations/retry.ts';
import type { EvaluateFacts, SideScores } from '../../src/partition/evaluate-facts.ts';
import type { TotalsFacts } from '../../src/partition/totals-facts.ts';
import { createFileObjectStore } from '../../src/stores/objects/file-object-store.ts';
import { createPostgresAuditStore } from '../../src/stores/postgres/postgres-audit-store.ts';
import { createPostgresLineageStore } from '../../src/stores/postgres/postgres-lineage-store.ts';
import { createPostgresRunFactsStore } from '../../src/stores/postgres/postgres-run-facts-store.ts';
import type { NewRun, TrainedPartition } from '../../src/stores/run-records.ts';
import {
  attempt,
  chosenOf,
  evaluatedOf,
  newRun,
  recordPlan,
  snapshotOf,
  totalsOf,
  trainedOf,
} from '../stores/made-up-run.ts';
import { kindOf, openRunStore, type TestRunStore } from '../stores/run-store-on-postgres.ts';
import { makeFolder } from '../support/test-folder.ts';

let opened: TestRunStore;
let context: OperationContext;
let runs = 0;
let origin: string;

beforeAll(async () => {
  opened = await openRunStore();
  const { db, store } = opened;
  const objects = createFileObjectStore(makeFolder());
  const parts = {
    runs: store,
    objects,
    lineage: createPostgresLineageStore(db),
    audit: createPostgresAuditStore(db),
    user: 'tester',
    reportsFolder: makeFolder(),
  };
  // What is asked for but not here would start something: nothing may.
  context = parts as unknown as OperationContext;
  origin = await recordRun({});
});
afterAll(() => opened?.close());

type Made = {
  readonly run?: Partial<NewRun>;
  readonly values?: readonly string[];
  readonly train?: (id: string) => TrainedPartition;
  readonly evaluate?: (facts: EvaluateFacts) => EvaluateFacts;
  readonly totals?: TotalsFacts;
  readonly status?: RunStatus;
  readonly hasReport?: boolean;
  readonly isChosen?: boolean;
};

/** A run of three partitions to its end, but for what `made` says. */
async function recordRun(made: Made): Promise<string> {
  const { store } = opened;
  const { values = ['a', 'b', 'c'], train = trainedOf, evaluate = (facts) => facts } = made;
  const { runId } = await store.createRun(newRun(++runs, made.run));
  await store.setStatus(runId, 'RUNNING');
  const ids = await recordPlan(store, runId, snapshotOf(values));
  await store.recordTraining(
    runId,
    0,
    ids.map((id) => train(id)),
    attempt(),
  );
  const evaluated = ids
    .map(evaluatedOf)
    .map(({ partitionId, facts }) => ({ partitionId, facts: evaluate(facts) }));
  await store.recordEvaluation(runId, 0, evaluated, attempt());
  if (made.isChosen !== false)
    await store.recordChoice(runId, ids.map(chosenOf), made.totals ?? totalsOf(3), attempt());
  const report = await context.objects.put(Buffer.from(`report of ${runId}`));
  const pages = { html: report, json: report, byteSizes: [1, 1] };
  if (made.hasReport !== false) await store.recordReport(runId, pages, attempt());
  await store.setStatus(runId, made.status ?? 'SUCCEEDED');
  return runId;
}

async function reproduced(made: Made) {
  const again = { mode: 'reproduce', runId: origin } as const;
  const runId = await recordRun({ ...made, run: { ...made.run, origin: again } });
  return compareReproduction(context, runId);
}

const changedModel = (id: string) => trainedOf(id, 'pack', 'other');
const first = (stage: string, what: string) => ({ stage, what });

describe('a run that was made again', () => {
  it('is reproduced where every step gives the same, and that is on record once', async () => {
    const again = await reproduced({});
    expect(again).toMatchObject({ isReproduced: true, first: null, cause: null, partitions: 3 });
    // To look at it writes nothing.
    expect(await context.lineage.reproductionsOf(origin)).toEqual([]);
    const by = { actor: 'edda', role: 'editor' } as const;
    const record = () => recordReproduction(context, again.runId ?? '', by);
    expect(await Promise.all([record(), record()])).toEqual([again, again]);
    await record();
    const known = await context.lineage.reproductionsOf(origin);
    const said = { runId: again.runId, isReproduced: true, cause: null, actor: 'edda' };
    expect(known).toMatchObject([said]);
    const [event] = await context.audit.list({ limit: 1 });
    expect(event).toMatchObject({ action: 'run.reproduced', actor: 'edda', role: 'editor' });
  });

  it('names code that is not deterministic where nothing else has changed', async () => {
    const again = await reproduced({ train: changedModel });
    expect(again).toMatchObject({ isReproduced: false, cause: 'non-determinism' });
    expect(again.first).toMatchObject({ ...first('train', 'model'), partition: 'asset_type=a' });
  });

  it('names other code and another machine, each by its digest or fact', async () => {
    const code = { ...newRun(1).code, partitionBundleDigest: digestBytes('other bundle') };
    const other = await reproduced({ train: changedModel, run: { code } });
    expect(other).toMatchObject({ cause: 'code' });
    expect(Object.keys(other.changed.code)).toEqual(['partitionBundleDigest']);
    const environment = { node: '22.1.0', arch: 'x64' };
    const moved = await reproduced({ train: changedModel, run: { environment } });
    expect(moved).toMatchObject({
      cause: 'environment',
      changed: { environment: { node: ['20.20.0', '22.1.0'] } },
    });
    const harmless = await reproduced({ run: { code, environment } });
    expect(harmless).toMatchObject({ isReproduced: true, cause: null });
  });

  it('names code around the fits where what it does is the first to differ', async () => {
    const code = { ...newRun(1).code, sourceDigest: digestBytes('other verdicts') };
    const other = await reproduced({ totals: totalsOf(4), run: { code } });
    expect(other).toMatchObject({ cause: 'code', first: { stage: 'choose' } });
    // Fits do not come from it.
    const fitted = await reproduced({ train: changedModel, run: { code } });
    expect(fitted).toMatchObject({ cause: 'non-determinism', first: { stage: 'train' } });
  });

  it('names other rows before anything that they have changed', async () => {
    const again = await reproduced({ values: ['a', 'b', 'd'] });
    expect(again).toMatchObject({ cause: 'data', first: first('snapshot', 'snapshot') });
  });

  it('blames the machine where a fit ran over its time or memory', async () => {
    const slow = (id: string): TrainedPartition => {
      const { partitionId, startedAt, ms, log } = trainedOf(id);
      const how = { kind: 'failed', reason: 'timeout', message: 'Too slow.' } as const;
      return { partitionId, startedAt, ms, log, ...how };
    };
    const again = await reproduced({ train: slow });
    expect(again).toMatchObject({ cause: 'environment', first: first('train', 'failed') });
    expect(again.first?.values).toEqual([null, 'timeout']);
  });

  it('says nothing of the other where it came to no end itself, and is not asked of a run without one', async () => {
    const failed = reproduced({ hasReport: false, status: 'FAILED' });
    expect(await kindOf(failed)).toBe('run-failed');
    const unfinished = await recordRun({ hasReport: false, status: 'CANCELLED' });
    expect(await kindOf(startReproduction(context, unfinished))).toBe('conflict');
    expect(await kindOf(compareReproduction(context, origin))).toBe('usage');
  });

  it('is none where it starts from another run for another reason, and nothing is kept of it', async () => {
    const before = await context.lineage.reproductionsOf(origin);
    const all = { mode: 'retry', again: { which: 'all' } } as const;
    for (const how of [all, { mode: 'drifted' } as const]) {
      const runId = await recordRun({
        values: ['a', 'b', 'd'],
        run: { origin: { ...how, runId: origin } },
      });
      expect(await kindOf(recordReproduction(context, runId))).toBe('usage');
    }
    expect(await context.lineage.reproductionsOf(origin)).toEqual(before);
  });
});

describe('an idempotency key', () => {
  it('names one run of one kind from one other: the same again, and another for all else', async () => {
    const { snapshot } = await opened.store.run(origin);
    const rows = Buffer.from(`file of ${snapshot?.digest}`);
    await context.objects.put(rows);
    const other = await recordRun({});
    const starting = {
      ...context,
      temporal: () => Promise.resolve({ start: () => Promise.resolve() }),
      codeVersion: () => Promise.resolve(newRun(1).code),
      environment: {},
    } as unknown as OperationContext;
    const key = { idempotencyKey: 'k' };
    const reproduce = async (run: string) => {
      const start = await startReproduction(starting, run, key);
      return start.kind === 'started' ? start.runId : null;
    };
    const retry = async (which: 'failed' | 'all') =>
      (await retryRun(starting, { run: origin, which, ...key })).runId;
    const asked = [
      () => reproduce(origin),
      () => reproduce(other),
      () => retry('all'),
      () => retry('failed'),
    ];
    const started = [];
    for (const ask of asked) started.push(await ask());
    expect(new Set(started).size).toBe(4);
    for (const [i, ask] of asked.entries()) expect(await ask()).toBe(started[i]);
    rmSync(context.objects.place(digestBytes(rows)));
  });
});

describe('a run whose stored rows are not what it read', () => {
  it('is not reproduced for reason of the data, and nothing is started', async () => {
    const { snapshot } = await opened.store.run(origin);
    const digest = snapshot?.parquet ?? digestBytes('none');
    const outcome = async () => {
      const start = await startReproduction(context, origin);
      if (start.kind === 'started') throw new Error('It was started.');
      return start.reproduction;
    };
    const said = { runId: null, isReproduced: false, cause: 'data' };
    expect(await outcome()).toMatchObject({ ...said, first: { values: [digest, 'missing'] } });
    await context.objects.put(Buffer.from(`file of ${snapshot?.digest}`));
    const path = context.objects.place(digest);
    expect(await context.objects.state(digest)).toBe('sound');
    chmodSync(path, 0o600);
    writeFileSync(path, 'other rows');
    expect(await outcome()).toMatchObject({ ...said, first: { values: [digest, 'changed'] } });
    rmSync(path);
    const known = await context.lineage.reproductionsOf(origin);
    expect(known[0]).toMatchObject({ runId: null, isReproduced: false, cause: 'data' });
  });
});

describe('a run that an older version recorded', () => {
  /** As it was before nested scores: the fields are not there. */
  function older<Side extends SideScores | null>(side: Side): Side {
    if (side === null) return side;
    const { nested: _score, nestedInterval: _interval, optimism: _optimism, ...known } = side;
    return known as unknown as Side;
  }

  it('is told with a reason in place of scores that it did not compute', async () => {
    const totals = totalsOf(3);
    const runId = await recordRun({
      evaluate: (facts) => ({ ...facts, own: older(facts.own), global: older(facts.global) }),
      totals: { ...totals, served: older(totals.served) },
      train: (id) => {
        const one = trainedOf(id);
        const { search: _search, ...facts } = one.facts;
        return { ...one, facts: facts as typeof one.facts };
      },
    });
    const { partitions, totals: pooled } = await runResult(context, runId);
    expect(pooled.served).toMatchObject({ cv: 0.5, nested: null });
    expect(partitions[0]).toMatchObject({
      cv: 0.9,
      nested: null,
      optimism: null,
      because: { nested: expect.stringMatching(/^Recorded before/) },
    });
    const { evaluated } = await opened.store.partition(runId, 'a');
    expect(evaluated?.own?.nested).toMatchObject({ value: null });
  });
});

describe('a run that ended before anything was planned', () => {
  it('has the partitions that it has read, and no others than those that are listed', async () => {
    const { db, store } = opened;
    const { runId: cut } = await store.createRun(newRun(++runs));
    const snapshot = snapshotOf(['b', 'c', 'd']);
    const file = { digest: snapshot.digest, byteSize: 1 };
    await store.recordSnapshot(cut, snapshot, file, attempt());
    const facts = createPostgresRunFactsStore(db);
    const onlyIn = async (run: string, missingIn: string) =>
      (await facts.partitionCells(run, { after: -1, limit: 10, missingIn })).length;
    const counted = { onlyA: await onlyIn(origin, cut), onlyB: await onlyIn(cut, origin) };
    const compared = await compareRuns(context, await store.run(origin), await store.run(cut));
    expect(compared.partitions).toMatchObject({ ...counted, both: 2, changedRows: 0 });
    expect(compared.partitions).toMatchObject({ onlyA: 1, onlyB: 1, withModel: 2, sameModel: 0 });
  });
});

describe('a run that was cancelled before anything was chosen', () => {
  it('has no other verdicts than a whole one, and the same models', async () => {
    const cut = await recordRun({ isChosen: false, hasReport: false, status: 'CANCELLED' });
    const [whole, cancelled] = [await opened.store.run(origin), await opened.store.run(cut)];
    const { partitions } = await compareRuns(context, whole, cancelled);
    expect(partitions).toMatchObject({ both: 3, withModel: 3, sameModel: 3, otherVerdict: 0 });
  });
});
