import { setTimeout as wait } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inActivity } from '../../activities/activity-scope.ts';
import type { Activities } from '../../activities/index.ts';
import { Failure } from '../../src/domain/failure.ts';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes.ts';
import { freePorts } from '../../src/embedded/free-port.ts';
import { connectLiveRuns, type LiveRuns } from '../../src/temporal/runs.ts';
import { registerSearchAttributes } from '../../src/temporal/search-attributes.ts';
import {
  DEPLOYMENT,
  installRuntime,
  runWorker,
  type WorkerOptions,
} from '../../src/temporal/worker.ts';
import { workflowBundle, workflowVersion } from '../../src/temporal/workflow-bundle.ts';
import { fakeActivities } from '../support/fake-activities.ts';
import { startTestTemporal } from '../support/temporal.ts';
import { yearly } from '../support/yearly.ts';

/** Real workers of this system on a real Temporal; only what activities do is made up. */
let temporal: TestWorkflowEnvironment;
let at: { readonly address: string; readonly namespace: string; readonly tls: false };
let metrics: string;

beforeAll(async () => {
  const [port] = await freePorts(1);
  metrics = `127.0.0.1:${port}`;
  installRuntime(metrics);
  const names = Object.values(SEARCH_ATTRIBUTES);
  temporal = await startTestTemporal(names.map((name) => `--search-attribute=${name}=Keyword`));
  at = { address: temporal.address, namespace: temporal.namespace ?? 'default', tls: false };
});
afterAll(() => temporal?.teardown());

const ABOUT = { experiment: 'asset-status', spec: 'sha256:00', mode: 'fresh' };
const KEYS = [Buffer.alloc(32, 7)];
/** Of gRPC: what no second attempt changes. */
const FINAL_CODES: ReadonlySet<number | undefined> = new Set([undefined, 3, 7, 12]);

/** What is asked of runs while a worker works on them. */
async function working<Result>(
  changes: Partial<Activities>,
  keys: readonly Uint8Array[],
  work: (runs: LiveRuns) => Promise<Result>,
  how: Partial<Pick<WorkerOptions, 'temporal' | 'workflows' | 'isPinned'>> = {},
): Promise<Result> {
  const stop = new AbortController();
  const { activities } = fakeActivities(changes);
  const runs = await connectLiveRuns(how.temporal ?? at, keys);
  let running = Promise.resolve();
  await new Promise<void>((ready, refused) => {
    const options = { temporal: at, activities, concurrency: 4, keys, ...how };
    running = runWorker(options, stop.signal, ready);
    running.catch(refused);
  });
  try {
    return await work(runs);
  } finally {
    stop.abort();
    await running;
    await runs.close();
  }
}

/**
 * Begins a run with workflows whose first activity is another than that of the workflows as they are, and which pause by
 * themselves: where a history has an update, the SDK of 1.24 may fail its task for ever instead, see `isTaskFailure`.
 */
async function beginOtherwise(id: string): Promise<void> {
  const built = await workflowBundle();
  const begins = built.replaceAll('beginRun', 'endRun');
  const workflows = begins.replace('input.carried?.paused ?? false', 'true');
  expect(new Set([built, begins, workflows]).size).toBe(3);
  const begin = async (runs: LiveRuns) => {
    await runs.start(id, { runId: id, concurrency: 2 }, ABOUT);
    // From here on it waits, and no task of it is at this worker when it leaves.
    while ((await runs.progress(id))?.stage !== 'profile') await wait(20);
    expect(await runs.brokenOff(id)).toBeNull();
  };
  await working({}, [], begin, { workflows });
}

/** A promise that is kept from outside. */
function gate(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((kept) => {
    resolve = kept;
  });
  return { promise, resolve };
}

/** As who deploys does it, once a worker of that version has asked for work and the server has put that on its own record. */
async function makeCurrent(namespace: string, workflows: string): Promise<void> {
  const { workflowService } = temporal.connection;
  const buildId = workflowVersion(workflows);
  const current = { namespace, deploymentName: DEPLOYMENT, buildId };
  for (;;) {
    try {
      await workflowService.setWorkerDeploymentCurrentVersion(current);
      return;
    } catch (error) {
      const { code } = error as { readonly code?: number };
      if (FINAL_CODES.has(code)) throw error;
      await wait(100);
    }
  }
}

async function versionOf(namespace: string, workflowId: string): Promise<string | undefined> {
  const { connection } = temporal;
  const { raw } = await new Client({ connection, namespace }).workflow
    .getHandle(workflowId)
    .describe();
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? undefined;
}

/** Every event, and what its payloads say to who has no key. */
async function told(workflowId: string): Promise<string> {
  const history = await temporal.client.workflow.getHandle(workflowId).fetchHistory();
  const text = JSON.stringify(history.events);
  const payloads = [...text.matchAll(/"data":"([\w+/=]+)"/g)].map(([, data]) =>
    Buffer.from(data ?? '', 'base64').toString('latin1'),
  );
  return [text, ...payloads].join('\n');
}

describe('a run in Temporal', () => {
  it('is found by its experiment, and says of each activity which batch it was and which workflows decided it', async () => {
    expect(await registerSearchAttributes(at)).toBe(true);
    const id = 'run:found';
    await working({}, [], async (runs) => {
      await runs.start(id, { runId: 'found', concurrency: 2 }, ABOUT);
      await runs.start(id, { runId: 'found', concurrency: 2 }, ABOUT);
      await runs.end(id);
    });
    const said = await told(id);
    expect(said).toContain('asset-status, run found');
    for (const batch of [1, 2, 3]) expect(said).toContain(`"batch ${batch} of 3"`);
    expect(said).toContain(workflowVersion(await workflowBundle()));
    const query = `${SEARCH_ATTRIBUTES.experiment} = "asset-status" and PartitaMode = "fresh"`;
    // Temporal writes its index a moment later.
    while ((await temporal.client.workflow.count(query)).count === 0) await wait(50);
    for await (const found of temporal.client.workflow.list({ query }))
      expect(found.workflowId).toBe(id);
  });

  it('begins all the same where Temporal does not know what to find it by', async () => {
    const { connection } = temporal;
    const namespace = 'bare';
    const workflowExecutionRetentionPeriod = msToTs('1 day');
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod,
    });
    const runs = await connectLiveRuns({ ...at, namespace });
    await runs.start('run:bare', { runId: 'bare', concurrency: 2 }, ABOUT);
    await runs.close();
    const handle = new Client({ connection, namespace }).workflow.getHandle('run:bare');
    const { status, typedSearchAttributes } = await handle.describe();
    expect(status.name).toBe('RUNNING');
    expect(typedSearchAttributes.getAll()).toEqual([]);
  });

  it('has nothing to be found by where we may not say what', async () => {
    expect(await registerSearchAttributes({ ...at, namespace: 'nowhere' })).toBe(false);
  });

  it('ends where its worker has workflows that decide otherwise than those it began with, and says so', async () => {
    const id = 'run:begun-otherwise';
    await beginOtherwise(id);
    const stop = async (runs: LiveRuns) => {
      await runs.cancel(id);
      await runs.end(id);
      return { broken: await runs.brokenOff(id), activities: await runs.activities(id) };
    };
    const { broken, activities } = await working({}, [], stop);
    expect(broken).toMatchObject({ kind: 'undecidable' });
    expect(broken?.why).toMatch(/nondeterminism/i);
    expect(activities).toMatchObject({ isOver: true });
  });

  it('stays with workers of the version that it began with, where they are pinned, and new ones come to the current', async () => {
    const namespace = 'pinned';
    const workflowExecutionRetentionPeriod = msToTs('1 day');
    const { workflowService } = temporal.connection;
    await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
    const built = await workflowBundle();
    // Behind it, it would be read as a part of the source map.
    const next = `// The next version.\n${built}`;
    const how = { temporal: { ...at, namespace }, isPinned: true };
    const { promise: isNextCurrent, resolve: goOn } = gate();
    const waiting = { beginRun: () => isNextCurrent };
    await working(
      waiting,
      [],
      async (runs) => {
        await makeCurrent(namespace, built);
        await runs.start('run:old', { runId: 'old', concurrency: 2 }, ABOUT);
        while ((await versionOf(namespace, 'run:old')) === undefined) await wait(50);
        const onNext = async () => {
          await makeCurrent(namespace, next);
          await runs.start('run:new', { runId: 'new', concurrency: 2 }, ABOUT);
          await runs.end('run:new');
          goOn();
          await runs.end('run:old');
        };
        await working({}, [], onNext, { ...how, workflows: next });
      },
      how,
    );
    const versions = ['run:old', 'run:new'].map((id) => versionOf(namespace, id));
    expect(await Promise.all(versions)).toEqual([built, next].map(workflowVersion));
  }, 120_000);

  it('is counted for Prometheus', async () => {
    await working({}, [], async (runs) => {
      await runs.start('run:counted', { runId: 'counted', concurrency: 2 }, ABOUT);
      await runs.end('run:counted');
    });
    const text = await (await fetch(`http://${metrics}/metrics`)).text();
    expect(text).toMatch(/^temporal_workflow_completed\{.*workflow_type="experiment"/m);
  });
});

describe('with a key', () => {
  const secret = 'the ore of shaft 9';

  it('Temporal keeps nothing that can be read: inputs, summaries, heartbeats, messages, errors', async () => {
    const id = 'run:sealed';
    // It fails as an outage does until that was seen, then for good.
    let isSeen = false;
    const { error, trouble, paused } = await working(
      {
        takeSnapshot: () =>
          inActivity(async () => {
            if (isSeen) throw new Failure('invalid-data', secret);
            throw Object.assign(new Error(secret), { code: 'ECONNRESET' });
          }),
      },
      KEYS,
      async (runs) => {
        await runs.start(id, { runId: secret, concurrency: 2 }, { ...ABOUT, mode: 'retry' });
        const state = await runs.pause(id);
        let said: string | null = null;
        while (said === null) said = (await runs.activities(id)).trouble;
        isSeen = true;
        const failure = await temporal.client.workflow
          .getHandle(id)
          .result()
          .catch((thrown: unknown) => thrown);
        return { error: failure, trouble: said, paused: state.paused };
      },
    );
    expect(error).toBeInstanceOf(Error);
    expect(paused).toBe(true);
    expect(trouble).toBe(secret);
    const said = await told(id);
    expect(said).toContain('encryption-key-id');
    expect(said).not.toContain(secret);
  });

  it('a worker refuses a run that is not encrypted', async () => {
    const id = 'run:open';
    await working({}, KEYS, async () => {
      const open = await connectLiveRuns(at);
      await open.start(id, { runId: 'open', concurrency: 2 }, ABOUT);
      while (!(await told(id)).includes('workflowTaskFailedEventAttributes')) await wait(50);
      await temporal.client.workflow.getHandle(id).terminate();
      await open.close();
    });
    expect(await told(id)).not.toContain('beginRun');
  });

  it('schedules made with another key or without one are named, hide no other, and can only be deleted', async () => {
    const open = await connectLiveRuns(at);
    const sealed = await connectLiveRuns(at, KEYS);
    const later = await connectLiveRuns(at, [Buffer.alloc(32, 8)]);
    await open.schedules.create(yearly('open'));
    await sealed.schedules.create(yearly('sealed'));
    const seenBy = async ({ schedules }: LiveRuns) => {
      const read = (await schedules.list()).map(({ name }) => name);
      return { read, unreadable: await schedules.unreadable() };
    };
    // Temporal writes its index a moment later.
    while ((await seenBy(later)).unreadable.length < 2) await wait(50);
    expect(await seenBy(open)).toEqual({ read: ['open'], unreadable: ['sealed'] });
    expect(await seenBy(sealed)).toEqual({ read: ['sealed'], unreadable: ['open'] });
    expect(await sealed.schedules.describe('sealed')).toMatchObject({ experiment: 'asset-status' });
    for (const [runs, name] of [
      [open, 'sealed'],
      [sealed, 'open'],
    ] as const) {
      const refused = runs.schedules.describe(name);
      await expect(refused).rejects.toMatchObject({ kind: 'conflict' });
      await expect(refused).rejects.toThrow('delete it and make it again');
      await runs.schedules.delete(name);
    }
    for (const runs of [open, sealed, later]) await runs.close();
  });
});
