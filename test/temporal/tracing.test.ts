import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes.ts';
import { connectLiveRuns, type LiveRuns } from '../../src/temporal/runs.ts';
import { startTracing, type Tracing } from '../../src/temporal/tracing.ts';
import { installRuntime, runWorker } from '../../src/temporal/worker.ts';
import { workflowBundle } from '../../src/temporal/workflow-bundle.ts';
import { fakeActivities } from '../support/fake-activities.ts';
import { type Span, spansOf } from '../support/otlp.ts';
import { startTestTemporal } from '../support/temporal.ts';
import { yearly } from '../support/yearly.ts';

/** A receiver of traces, a real Temporal, and a worker and client that were told of the receiver by OpenTelemetry's variables. */
const bodies: Uint8Array[] = [];
let receiver: Server;
let temporal: TestWorkflowEnvironment;
let at: { readonly address: string; readonly namespace: string; readonly tls: false };
let tracing: Tracing;
let spans: readonly Span[];
const told: string[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => void receive(request, response));
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as { readonly port: number };
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${port}`);
  vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'authorization=Bearer%20of%20tests');
  vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'deployment.environment=tests');
  installRuntime(null);
  const names = Object.values(SEARCH_ATTRIBUTES);
  temporal = await startTestTemporal(names.map((name) => `--search-attribute=${name}=Keyword`));
  at = { address: temporal.address, namespace: temporal.namespace ?? 'default', tls: false };
  tracing = startTracing('1.2.3', (line) => void told.push(line));
  await working(tracing, async (runs) => {
    await runs.start('run:traced', { runId: 'traced', concurrency: 2 }, ABOUT);
    await runs.end('run:traced');
    // What a watcher asks is none of it.
    await runs.progress('run:traced');
    const plain = await connectLiveRuns(at);
    await plain.start('run:plain', { runId: 'plain', concurrency: 2 }, ABOUT);
    await plain.end('run:plain');
    await plain.close();
    await runs.schedules.create(yearly('regular'));
    await runs.schedules.trigger('regular');
    const isDone = async () => {
      const { fired, running } = await runs.schedules.describe('regular');
      return fired === 1 && running === 0;
    };
    while (!(await isDone())) await wait(50);
    await runs.schedules.delete('regular');
  });
  await tracing.close();
  spans = bodies.flatMap(spansOf);
});
afterAll(async () => {
  await temporal?.teardown();
  await new Promise((resolve) => receiver?.close(resolve));
  vi.unstubAllEnvs();
});

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request);
  if (request.url === '/v1/traces' && request.headers.authorization === 'Bearer of tests')
    bodies.push(body);
  response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
}

const ABOUT = { experiment: 'asset-status', spec: 'sha256:00', mode: 'fresh' };

async function working(traced: Tracing, work: (runs: LiveRuns) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const { activities } = fakeActivities();
  const runs = await connectLiveRuns(at, [], traced);
  let running = Promise.resolve();
  await new Promise<void>((ready, refused) => {
    const options = { temporal: at, activities, concurrency: 4, tracing: traced };
    running = runWorker(options, stop.signal, ready);
    running.catch(refused);
  });
  await work(runs);
  stop.abort();
  await running;
  await runs.close();
}

const named = (name: string): readonly Span[] => spans.filter((span) => span.name === name);
const sole = (name: string): Span => {
  const [span, ...others] = named(name);
  expect(others).toEqual([]);
  if (span === undefined) throw new Error(`There is no span ${name}.`);
  return span;
};
const startOf = (id: string): Span => {
  const starts = named('StartWorkflow:experiment');
  return starts.find(({ attributes }) => attributes['temporalWorkflowId'] === id) as Span;
};

describe('a run that is started traced', () => {
  it('is one trace, from who starts it over its workflow to each of its activities', () => {
    const started = startOf('run:traced');
    expect(started.parent).toBe('');
    const ofRun = spans.filter(({ trace }) => trace === started.trace);
    const byId = new Map(ofRun.map((span) => [span.id, span]));
    const above = ({ parent }: Span) => byId.get(parent)?.name;
    const run = ofRun.find(({ name }) => name === 'RunWorkflow:experiment') as Span;
    expect(above(run)).toBe('StartWorkflow:experiment');
    const activities = ofRun.filter(({ name }) => name.startsWith('RunActivity:'));
    expect(activities.map(({ name }) => name.slice('RunActivity:'.length)).sort()).toEqual(
      ['beginRun', 'chooseModels', 'conditionRun', 'endRun', 'evaluateBatch', 'planEvaluation']
        .concat(['profileBatch', 'profileBatch', 'takeSnapshot'])
        .concat(['trainBatch', 'trainBatch', 'trainBatch', 'trainGlobal', 'writeReport']),
    );
    for (const span of activities) {
      const asked = byId.get(span.parent) as Span;
      expect(asked.name).toBe(span.name.replace('Run', 'Start'));
      expect(above(asked)).toBe('RunWorkflow:experiment');
    }
  });

  it('says who it comes from', () => {
    for (const { resource } of spans)
      expect(resource).toMatchObject({
        'service.name': 'partita',
        'service.version': '1.2.3',
        'deployment.environment': 'tests',
      });
    expect(told).toEqual([]);
  });

  it('is decided again as it was', async () => {
    const history = await temporal.client.workflow.getHandle('run:traced').fetchHistory();
    const { sinks } = tracing.worker;
    const workflows = { workflowBundle: { code: await workflowBundle() } };
    await Worker.runReplayHistory({ ...workflows, ...(sinks && { sinks }) }, history);
    expect(JSON.stringify(history)).toContain('_tracer-data');
  });
});

describe('a run that nobody has started traced', () => {
  it('has no spans and nothing of traces in its history, on the same worker', async () => {
    expect(startOf('run:plain')).toBeUndefined();
    expect(JSON.stringify(spans)).not.toContain('run:plain');
    const history = await temporal.client.workflow.getHandle('run:plain').fetchHistory();
    expect(JSON.stringify(history)).not.toContain('_tracer-data');
  });
});

describe('each firing of a schedule that was made traced', () => {
  it('is a trace with its run in it', () => {
    const firing = sole('RunWorkflow:scheduledRun');
    expect(firing.parent).toBe('');
    const ofFiring = spans.filter(({ trace }) => trace === firing.trace);
    const names = ofFiring.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'RunActivity:beginFiring',
        'StartChildWorkflow:experiment',
        'RunWorkflow:experiment',
        'RunActivity:trainBatch',
      ]),
    );
    expect(firing.trace).not.toBe(startOf('run:traced').trace);
  });
});

it('what a watcher asks again and again is not traced', () => {
  expect(spans.filter(({ name }) => /Query|Describe/.test(name))).toEqual([]);
});
