import { rmSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SchedulePolicy } from '../../src/domain/schedule.ts';
import { readRecord } from '../../src/embedded/part-record.ts';
import type { PreparedSpec, RunState, SubmitOptions } from '../../src/operations/requests.ts';
import { experiment } from '../../src/spec/parse-spec.ts';
import { seededDraws } from '../support/draws.ts';
import { csvOf, type Row } from '../support/partita.ts';
import { HISTORIES, type History, storeHistory, textsOf } from '../support/stored-histories.ts';
import { startTestTemporal } from '../support/temporal.ts';
import { type System, startSystem } from '../web/trained-run.ts';

/**
 * Writes test/fixtures/histories anew: every shape of a run, from real runs of the present workflows. What stands there
 * holds test/workflow/replay.test.ts; who changes a workflow on purpose keeps those as well (see README, How to add).
 */
let system: System;
let client: Client;

beforeAll(async () => {
  rmSync(HISTORIES, { recursive: true, force: true });
  system = await startSystem();
  await system.services.runs({ limit: 1 });
  client = await clientAt(`127.0.0.1:${recordOf('temporal')?.ports['grpc']}`);
}, 240_000);
afterAll(async () => {
  await client?.connection.close();
  await system?.stop();
}, 240_000);

async function clientAt(address: string): Promise<Client> {
  return new Client({ connection: await Connection.connect({ address }) });
}

function recordOf(part: 'temporal' | 'worker') {
  return readRecord(join(system.folder, '.partita'), part);
}

/** Two groups by default, and one that is too small for a model. */
function rowsOf(groups = 2, seed = 1): readonly Row[] {
  const draws = seededDraws(seed);
  const sizes = [...Array.from({ length: groups }, () => 80), 3];
  return sizes.flatMap((size, group) =>
    Array.from({ length: size }, () => {
      const [a, b] = [draws.normal(), draws.normal()];
      return { g: `g${group}`, a, b, y: a + 0.5 * draws.normal() > 0 ? 'up' : 'down' };
    }),
  );
}

type Wishes = Partial<Parameters<typeof experiment>[0]> & { readonly rows?: readonly Row[] };

function prepare(name: string, wishes: Wishes = {}, at = system): PreparedSpec {
  // Rows of its own: what another run has fitted would be taken over.
  const {
    rows = rowsOf(
      2,
      Buffer.from(name).reduce((sum, byte) => sum + byte, 0),
    ),
    ...changes
  } = wishes;
  writeFileSync(join(at.folder, `${name}.csv`), csvOf(rows));
  const { spec, digest } = experiment({
    version: 1,
    name,
    data: { source: { kind: 'csv', path: `${name}.csv` } },
    partition: { by: 'g', on_small: 'skip' },
    target: { column: 'y', task: 'classification' },
    algorithms: ['logistic'],
    ...changes,
  });
  return { spec, digest, baseFolder: at.folder };
}

/** Work of many batches, each long enough that a run is caught in the middle. */
const LONG: Wishes = {
  rows: rowsOf(24),
  algorithms: ['logistic', 'gradient_boosting', 'random_forest'],
  tune: { method: 'random', trials: 4 },
};

const never = new AbortController().signal;

async function submitted(name: string, wishes?: Wishes, options?: SubmitOptions): Promise<string> {
  return (await system.services.submit(prepare(name, wishes), options)).runId;
}

function ended(runId: string): Promise<RunState> {
  return system.services.watch(runId, () => undefined, never);
}

/** Resolves once the run has trained so many partitions. */
async function trained(runId: string, count: number): Promise<void> {
  while ((await system.services.state(runId)).trained < count) await wait(50);
}

async function historyOf(workflowId: string, runId?: string, of = client): Promise<History> {
  return of.workflow.getHandle(workflowId, runId, { followRuns: false }).fetchHistory();
}

/** Stores what the workflow of a run did; gives the names of the events. */
async function store(name: string, history: History): Promise<readonly string[]> {
  const { events, ...rest } = storeHistory(name, history, system.folder);
  const texts = textsOf({ events, ...rest });
  for (const telling of [hostname(), system.folder, `"${userInfo().username}"`])
    expect(texts.filter((text) => text.includes(telling))).toEqual([]);
  return events.map(({ eventType }) => eventType.replace('EVENT_TYPE_', ''));
}

async function storeRun(name: string, runId: string): Promise<readonly string[]> {
  return store(name, await historyOf(`run:${runId}`));
}

const COMPLETED = 'WORKFLOW_EXECUTION_COMPLETED';

describe('runs that go well', () => {
  it('with a model without partition, models of partitions, and one that is too small', async () => {
    const runId = await submitted('whole');
    expect((await ended(runId)).status).toBe('PARTIAL');
    expect((await storeRun('whole', runId)).at(-1)).toBe(COMPLETED);
  });

  it('the same again, of which everything is taken over', async () => {
    const runId = await submitted('whole');
    expect((await ended(runId)).status).toBe('PARTIAL');
    expect((await storeRun('reused', runId)).at(-1)).toBe(COMPLETED);
    const again = await submitted('whole', {}, { reuse: false });
    await ended(again);
    const retry = await system.services.retry({ run: again, which: 'all' });
    await ended(retry.runId ?? '');
    expect((await storeRun('retry', retry.runId ?? '')).at(-1)).toBe(COMPLETED);
    const start = await system.services.reproduce(again);
    if (start.kind !== 'started') throw new Error('The rows are as they were.');
    await ended(start.runId);
    expect((await storeRun('reproduce', start.runId)).at(-1)).toBe(COMPLETED);
  });

  it.each<[string, Wishes]>([
    ['no-global', { global: { enabled: false } }],
    ['global-answers', { partition: { by: 'g', on_small: 'global', min_rows: 1_000 } }],
    [
      'warm-start',
      {
        tune: { method: 'tpe', trials: 4, warm_start: true },
        algorithms: ['logistic', 'decision_tree'],
      },
    ],
  ])('%s', async (name, wishes) => {
    const runId = await submitted(name, wishes);
    expect((await ended(runId)).error).toBeNull();
    expect((await storeRun(name, runId)).at(-1)).toBe(COMPLETED);
  });
});

describe('runs that do not', () => {
  it('end FAILED', async () => {
    const runId = await submitted('failed', { partition: { by: 'g', max: 1 } });
    expect((await ended(runId)).status).toBe('FAILED');
    expect((await storeRun('failed', runId)).at(-1)).toBe('WORKFLOW_EXECUTION_FAILED');
  });

  it('are cancelled while batches are in flight', async () => {
    const runId = await submitted('cancelled', LONG);
    await trained(runId, 1);
    await system.services.control(runId, { kind: 'cancel' });
    expect((await ended(runId)).status).toBe('CANCELLED');
    const events = await storeRun('cancelled', runId);
    expect(events).toContain('ACTIVITY_TASK_CANCEL_REQUESTED');
    expect(events.at(-1)).toBe('WORKFLOW_EXECUTION_CANCELED');
  });

  it('lose their worker, and have batches tried again', async () => {
    const runId = await submitted('worker-lost', LONG);
    await trained(runId, 1);
    process.kill(recordOf('worker')?.process.pid ?? 0, 'SIGKILL');
    expect((await ended(runId)).status).toBe('PARTIAL');
    const history = await historyOf(`run:${runId}`);
    const attempts = (history.events ?? []).map(
      ({ activityTaskStartedEventAttributes: started }) => started?.attempt ?? 0,
    );
    expect(Math.max(...attempts)).toBeGreaterThan(1);
    expect((await store('worker-lost', history)).at(-1)).toBe(COMPLETED);
  });

  it('are paused, told how many batches may run, and resumed', async () => {
    const runId = await submitted('messages', LONG);
    await trained(runId, 1);
    const { services } = system;
    await services.control(runId, { kind: 'pause' });
    await services.control(runId, { kind: 'set-concurrency', concurrency: 1 });
    await services.control(runId, { kind: 'resume' });
    await services.control(runId, { kind: 'set-concurrency', concurrency: 6 });
    await ended(runId);
    const events = await storeRun('messages', runId);
    expect(events.filter((event) => event.endsWith('UPDATE_COMPLETED'))).toHaveLength(4);
  });
});

describe('a run with a long history', () => {
  let temporal: TestWorkflowEnvironment;
  let elsewhere: System;

  beforeAll(async () => {
    const limit = 'limit.historyCount.suggestContinueAsNew=60';
    temporal = await startTestTemporal(['--dynamic-config-value', limit]);
    elsewhere = await startSystem({ TEMPORAL_ADDRESS: temporal.address });
  }, 240_000);
  afterAll(async () => {
    await elsewhere?.stop();
    await temporal?.teardown();
  }, 240_000);

  it('continues as new', async () => {
    const wishes = { rows: rowsOf(24) };
    const { runId } = await elsewhere.services.submit(prepare('long', wishes, elsewhere));
    const last = await elsewhere.services.watch(runId, () => undefined, never);
    expect(last.status).toBe('PARTIAL');
    const id = `run:${runId}`;
    let history = await historyOf(id, undefined, temporal.client);
    expect((await store('continued-last', history)).at(-1)).toBe(COMPLETED);
    const before = () =>
      history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    let count = 0;
    for (let at = before(); at; at = before(), count++)
      history = await historyOf(id, at, temporal.client);
    expect(count).toBeGreaterThan(0);
    const events = await store('continued-first', history);
    expect(events.at(-1)).toBe('WORKFLOW_EXECUTION_CONTINUED_AS_NEW');
  });
});

describe('a schedule', () => {
  it.each<[SchedulePolicy]>([['all'], ['changed'], ['drifted']])(
    'fires with the policy %s, a second time with nothing new',
    async (policy) => {
      const name = `scheduled-${policy}`;
      const { schedules } = system.services;
      const timing = { kind: 'every', ms: 7 * 86_400_000 } as const;
      const prepared = prepare(name);
      await schedules.create({ ...prepared, name, timing, policy, catchUpMs: 60_000 });
      const runId = await fired(name, 1);
      await storeFiring(name, runId);
      if (policy === 'all') return;
      const again = await fired(name, 2);
      await storeFiring(`${name}-nothing-new`, again);
      await storeRun(`run-of-${name}-nothing-new`, again);
    },
  );

  it('fires a run that fails', async () => {
    const name = 'scheduled-failed';
    const { schedules } = system.services;
    const prepared = prepare(name, { partition: { by: 'g', max: 1 } });
    const timing = { kind: 'every', ms: 7 * 86_400_000 } as const;
    await schedules.create({ ...prepared, name, timing, policy: 'all', catchUpMs: 60_000 });
    await storeFiring(name, await fired(name, 1));
  });
});

/** The run that a schedule begins now, its so manieth, once that has ended. */
async function fired(name: string, count: number): Promise<string> {
  const { schedules } = system.services;
  await schedules.trigger(name);
  for (;;) {
    const { runs, running } = await schedules.show(name);
    const [newest] = runs;
    if (runs.length === count && newest !== undefined && newest.endedAt !== null && running === 0)
      return newest.runId;
    await wait(100);
  }
}

async function storeFiring(name: string, runId: string): Promise<void> {
  const { events } = await historyOf(`run:${runId}`);
  const { parentWorkflowExecution: firing } =
    events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
  const history = await historyOf(firing?.workflowId ?? '', firing?.runId ?? undefined);
  expect((await store(name, history)).at(-1)).toBe(COMPLETED);
}
