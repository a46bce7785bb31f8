import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { relayEvents } from '../../src/exchange/openlineage/relay.ts';
import { openSink, type SinkAddress } from '../../src/exchange/openlineage/sink.ts';
import type { OutboxStore } from '../../src/stores/outbox-store.ts';
import { createPostgresOutboxStore } from '../../src/stores/postgres/postgres-outbox-store.ts';
import { createPostgresQuarantineStore } from '../../src/stores/postgres/postgres-quarantine-store.ts';
import {
  attempt,
  chosenOf,
  evaluatedOf,
  newRun,
  numbered,
  plannedOf,
  recordPlan,
  snapshotOf,
  totalsOf,
  trainedOf,
} from '../stores/made-up-run.ts';
import { openRunStore, type TestRunStore } from '../stores/run-store-on-postgres.ts';
import { Receiver } from '../support/receiver.ts';
import { makeFolder } from '../support/test-folder.ts';
import { asRunEvent, type RunEvent, storyOf } from './open-lineage-shape.ts';

const relay = {
  producer: { uri: 'urn:partita:test', version: 'test', namespace: 'tests' },
  say: () => undefined,
  pauseMs: 10,
};
const EXPERIMENT = 'asset-status';
const of = (stage: string) => `${EXPERIMENT}.${stage}`;
const WHOLE_STORY = [
  `START ${EXPERIMENT}`,
  ...['snapshot', 'profile', 'condition'].flatMap((stage) => [
    `START ${of(stage)}`,
    `COMPLETE ${of(stage)}`,
  ]),
  ...['features', 'select', 'train'].map((stage) => `START ${of(stage)}`),
  ...['features', 'select', 'train'].map((stage) => `COMPLETE ${of(stage)}`),
  ...['evaluate', 'choose', 'report'].flatMap((stage) => [
    `START ${of(stage)}`,
    `COMPLETE ${of(stage)}`,
  ]),
  `COMPLETE ${EXPERIMENT}`,
];

let opened: TestRunStore;
let outbox: OutboxStore;

beforeAll(async () => {
  opened = await openRunStore();
  outbox = createPostgresOutboxStore(opened.db);
});
afterAll(() => opened?.close());

/** A run from its beginning to its models. */
async function trainedRun(values: readonly string[] = ['a', 'b']) {
  const runId = await opened.startRun();
  const ids = await recordPlan(opened.store, runId, snapshotOf(values));
  await opened.store.recordTraining(
    runId,
    0,
    ids.map((id) => trainedOf(id)),
    attempt(),
  );
  return { runId, ids };
}

async function wholeRun(values?: readonly string[]): Promise<string> {
  const { store } = opened;
  const { runId, ids } = await trainedRun(values);
  await store.recordEvaluation(runId, 0, ids.map(evaluatedOf), attempt());
  await store.recordChoice(runId, ids.map(chosenOf), totalsOf(2), attempt());
  const page = trainedOf('page').facts.model?.digest;
  if (page === undefined) throw new Error('A made-up model has a digest.');
  await store.recordReport(runId, { html: page, json: page, byteSizes: [1, 1] }, attempt());
  await store.setStatus(runId, 'SUCCEEDED');
  return runId;
}

/** Everything that waits, as it is told now. */
async function toldNow(): Promise<readonly RunEvent[]> {
  const events: JsonObject[] = [];
  const sink = async (event: JsonObject) => {
    events.push(event);
    return { kind: 'told' } as const;
  };
  await relayEvents({ ...relay, outbox, sink }, AbortSignal.abort());
  return events.map(asRunEvent);
}

/** Tells until the receiver has what is expected. */
async function relayTo(to: SinkAddress, until: () => Promise<void>): Promise<readonly string[]> {
  const said: string[] = [];
  const stop = new AbortController();
  const sink = openSink(to, () => undefined);
  const say = (line: string) => said.push(line);
  const relaying = relayEvents({ ...relay, outbox, sink, say }, stop.signal);
  await until();
  stop.abort();
  await relaying;
  return said;
}

describe('what is told of a run', () => {
  it('is one beginning and one end of the run and of each stage, in order, below the run', async () => {
    const runId = await wholeRun();
    const events = await toldNow();
    expect(storyOf(events)).toEqual(WHOLE_STORY);
    const stages = new Map<string, Set<string>>();
    for (const { run, job } of events) {
      if (job.name === EXPERIMENT) expect(run.runId).toBe(runId);
      else expect(run.facets.parent?.run.runId).toBe(runId);
      stages.set(job.name, (stages.get(job.name) ?? new Set()).add(run.runId));
    }
    expect([...stages.values()].map((ids) => ids.size)).toEqual(Array(10).fill(1));
    expect(new Set([...stages.values()].flatMap((ids) => [...ids])).size).toBe(10);
  });

  it('names the partitions that a stage has worked on, and the data it has read and made', async () => {
    const runId = await wholeRun();
    const events = await toldNow();
    const trained = events.find((event) => storyOf([event])[0] === `COMPLETE ${of('train')}`);
    expect(trained?.inputs.map(({ name }) => name)).toEqual([of('snapshot'), of('folds')]);
    const [models] = trained?.outputs ?? [];
    expect(models).toMatchObject({
      namespace: 'tests',
      name: of('models'),
      facets: {
        version: { datasetVersion: runId },
        partita_partitions: { count: 2, rows: 200, listed: true },
      },
      outputFacets: {
        subset: {
          outputCondition: {
            partitions: [
              { identifier: 'asset_type=a', dimensions: { asset_type: 'a' } },
              { identifier: 'asset_type=b', dimensions: { asset_type: 'b' } },
            ],
          },
        },
      },
    });
    const last = events.at(-1);
    expect(last?.run.facets.partita_outcome).toMatchObject({ partitions: { trained: 2 } });
    expect(last?.outputs.map(({ name }) => name)).toEqual([of('model_set'), of('report')]);
    expect(events[0]?.outputs).toEqual([]);
  });

  it('counts those that were shrunk among the trained, and waits for them', async () => {
    const shrunk: typeof plannedOf = (partition) => ({
      ...plannedOf(partition),
      decision: { kind: 'shrink', reason: 'too_small' },
    });
    const cancelledWith = async (count: number) => {
      const runId = await opened.startRun();
      const ids = await recordPlan(opened.store, runId, snapshotOf(['a', 'b']), shrunk);
      const trained = ids.slice(0, count).map((id) => trainedOf(id));
      await opened.store.recordTraining(runId, 0, trained, attempt());
      await opened.store.setStatus(runId, 'CANCELLED');
      return toldNow();
    };
    const all = await cancelledWith(2);
    const end = all.find((event) => storyOf([event])[0] === `COMPLETE ${of('train')}`);
    expect(end?.outputs[0]?.facets).toMatchObject({ partita_partitions: { count: 2 } });
    const some = storyOf(await cancelledWith(1));
    expect(some).toContain(`ABORT ${of('train')}`);
    expect(some).not.toContain(`START ${of('evaluate')}`);
  });

  it('stays small where there are very many partitions: then it counts them', async () => {
    const runId = await opened.startRun();
    const snapshot = snapshotOf(numbered(1_001));
    const file = { digest: snapshot.schemaDigest, byteSize: 1 };
    await opened.store.recordSnapshot(runId, snapshot, file, attempt());
    const [profile] = (await toldNow()).slice(-1);
    expect(profile?.inputs[0]?.facets.partita_partitions).toMatchObject({
      count: 1_001,
      listed: false,
    });
    expect(profile?.inputs[0]?.inputFacets?.subset).toBeUndefined();
    expect(JSON.stringify(profile).length).toBeLessThan(5_000);
  });

  it('is the failure of the stage that failed, also where that was only about to begin', async () => {
    const early = await opened.startRun();
    await opened.store.setStatus(early, 'FAILED', {
      message: 'No such file.',
      kind: 'invalid-data',
    });
    const [started, , failed, end] = await toldNow();
    expect(storyOf([started, failed, end] as RunEvent[])).toEqual([
      `START ${EXPERIMENT}`,
      `FAIL ${of('snapshot')}`,
      `FAIL ${EXPERIMENT}`,
    ]);
    expect(end?.run.facets.errorMessage?.message).toBe('No such file.');

    const { runId } = await trainedRun();
    await opened.store.setStatus(runId, 'CANCELLED');
    expect(storyOf(await toldNow()).slice(-6)).toEqual([
      ...['features', 'select', 'train'].map((stage) => `COMPLETE ${of(stage)}`),
      `START ${of('evaluate')}`,
      `ABORT ${of('evaluate')}`,
      `ABORT ${EXPERIMENT}`,
    ]);

    const { runId: unstarted } = await opened.store.createRun(newRun(900));
    for (let time = 0; time < 2; time++) await opened.store.setStatus(unstarted, 'CANCELLED');
    expect(storyOf(await toldNow())).toEqual([`START ${EXPERIMENT}`, `ABORT ${EXPERIMENT}`]);
  });

  it('is the same, byte for byte, when it is told again, or late', async () => {
    const { runId, ids } = await trainedRun();
    const early = await toldNow();
    await opened.store.recordEvaluation(runId, 0, ids.map(evaluatedOf), attempt());
    await opened.store.setStatus(runId, 'FAILED', { message: 'A bug.', kind: null });
    await toldNow();
    await opened.db
      .updateTable('outbox')
      .set({ told_at: null, refusal: null })
      .where('run_id', '=', runId)
      .execute();
    expect((await toldNow()).slice(0, early.length)).toEqual(early);
  });
});

describe('a receiver', () => {
  it('that is down gets everything once it is back, in order and each event once, while runs go on', async () => {
    const receiver = new Receiver();
    await receiver.up();
    const to = { kind: 'http', url: `${receiver.url}/api/v1/lineage`, apiKey: 'secret' } as const;
    await receiver.down();
    const said = await relayTo(to, async () => {
      await wholeRun();
      expect(await outbox.waiting()).toBe(WHOLE_STORY.length);
      await receiver.up();
      await receiver.until(({ length }) => length === WHOLE_STORY.length);
    });
    await receiver.down();
    const events = receiver.received.map(({ body }) => asRunEvent(JSON.parse(body) as JsonObject));
    expect(storyOf(events)).toEqual(WHOLE_STORY);
    expect(receiver.received[0]).toMatchObject({
      path: '/api/v1/lineage',
      authorization: 'Bearer secret',
    });
    expect(await outbox.waiting()).toBe(0);
    expect(said.join('\n')).not.toContain('secret');
  });

  it('that refuses an event is not asked again, and one that is broken is', async () => {
    const receiver = new Receiver();
    await receiver.up();
    const to = { kind: 'http', url: receiver.url } as const;
    await opened.startRun();
    receiver.status = 503;
    const said = await relayTo(to, async () => {
      await receiver.until(({ length }) => length === 1);
      receiver.status = 422;
      await receiver.until(({ length }) => length === 3);
    });
    await receiver.down();
    expect(receiver.received[0]?.body).toBe(receiver.received[1]?.body);
    expect(said[0]).toMatch(/^Lineage events wait: .*503/);
    const { refusal } = await opened.db
      .selectFrom('outbox')
      .select('refusal')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    expect(refusal).toMatch(/answered 422: so it is$/);
  });

  it('may be a file, which gets one line per event', async () => {
    const path = join(makeFolder(), 'events.jsonl');
    await opened.startRun();
    const sink = openSink({ kind: 'file', path }, () => undefined);
    await relayEvents({ ...relay, outbox, sink }, AbortSignal.abort());
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(storyOf(lines.map((line) => asRunEvent(JSON.parse(line) as JsonObject)))).toEqual([
      `START ${EXPERIMENT}`,
      `START ${of('snapshot')}`,
    ]);
  });

  it('that takes its time keeps nobody from a quarantine', async () => {
    await wholeRun();
    const quarantine = createPostgresQuarantineStore(opened.db);
    const by = { actor: 'ada', role: 'admin', reason: 'because' } as const;
    const rows = await quarantine.subject(snapshotOf(['a']).partitions[0]?.digest ?? '');
    const whileItHangs = async () => {
      await quarantine.quarantine(rows, by);
      await quarantine.release(rows, by);
      return { kind: 'told' } as const;
    };
    expect(await outbox.tellNext(whileItHangs)).toBe(true);
    await toldNow();
  });

  it('gets each event from one process at a time, however many tell', async () => {
    await wholeRun();
    const told: string[] = [];
    const sink = async (event: JsonObject) => {
      told.push(...storyOf([asRunEvent(event)]));
      return { kind: 'told' } as const;
    };
    const tellAll = async () => {
      while ((await outbox.waiting()) > 0)
        await relayEvents({ ...relay, outbox, sink }, AbortSignal.abort());
    };
    await Promise.all([tellAll(), tellAll(), tellAll()]);
    expect(told).toEqual(WHOLE_STORY);
  });
});
