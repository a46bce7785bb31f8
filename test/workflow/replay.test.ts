import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Activities } from '../../activities/index.ts';
import { workflowBundle } from '../../src/temporal/workflow-bundle.ts';
import {
  type HistoryJson,
  readHistory,
  replayable,
  storedHistories,
  textsOf,
} from '../support/stored-histories.ts';

/** Runs that went on while the workflow was changed must go on as they began: what real runs did is decided again, alike. */
const NAMES = storedHistories();
const HISTORIES = new Map<string, HistoryJson>(NAMES.map((name) => [name, readHistory(name)]));
let code: string;

beforeAll(async () => {
  // What is refused is told by the replay; the same in the log would only be noise.
  const telemetryOptions = { logging: { forward: {}, filter: 'ERROR' } };
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [], telemetryOptions });
  code = await workflowBundle();
});

/** The names of the histories that these workflows would not have written. */
async function refusedBy(bundle: string): Promise<readonly string[]> {
  const histories = [...HISTORIES].map(([workflowId, json]) => ({
    workflowId,
    history: replayable(json),
  }));
  const refused: string[] = [];
  const options = { workflowBundle: { code: bundle } };
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories))
    if (error !== undefined) refused.push(workflowId);
  return refused.sort();
}

const namesOf = (field: string, json: HistoryJson): readonly string[] =>
  json.events.flatMap((event) =>
    Object.values(event).flatMap((attributes) => {
      const named = (attributes as { readonly [field: string]: unknown } | null)?.[field];
      const { name } = (named ?? {}) as { readonly name?: unknown };
      return typeof name === 'string' ? [name] : [];
    }),
  );
const scheduled = (json: HistoryJson): readonly string[] => namesOf('activityType', json);
const ALL = [...HISTORIES.values()];

describe('the workflows of this build', () => {
  it('decide as every stored run did', async () => {
    expect(NAMES.length).toBeGreaterThan(10);
    expect(await refusedBy(code)).toEqual([]);
  });

  it('would be refused with two activities the other way round', async () => {
    const swapped = code.replaceAll(/\b(chooseModels|writeReport)\b/g, (name) =>
      name === 'chooseModels' ? 'writeReport' : 'chooseModels',
    );
    expect(swapped).not.toBe(code);
    const ended = NAMES.filter((name) => scheduled(readHistory(name)).includes('chooseModels'));
    expect(await refusedBy(swapped)).toEqual(ended);
    expect(ended.length).toBeGreaterThan(5);
  });
});

describe('the stored histories', () => {
  it('hold every activity and every message, and executions that ended in every way', () => {
    const activities: { readonly [name in keyof Activities]: true } = {
      beginFiring: true,
      beginRun: true,
      takeSnapshot: true,
      profileBatch: true,
      conditionRun: true,
      trainBatch: true,
      trainGlobal: true,
      planEvaluation: true,
      evaluateBatch: true,
      chooseModels: true,
      writeReport: true,
      endRun: true,
    };
    expect(new Set(ALL.flatMap(scheduled))).toEqual(new Set(Object.keys(activities)));
    const messages = ALL.flatMap((json) =>
      json.events.flatMap((event) => JSON.stringify(event).match(/"name":"(\w+)"/g) ?? []),
    );
    for (const message of ['pause', 'resume', 'setConcurrency'])
      expect(messages).toContain(`"name":"${message}"`);
    const ends = ALL.map(({ events }) => events.at(-1)?.eventType.replace(/^.*EXECUTION_/, ''));
    expect(new Set(ends)).toEqual(new Set(['COMPLETED', 'FAILED', 'CANCELED', 'CONTINUED_AS_NEW']));
  });

  it('carry references, never more than 64 KB in one payload', () => {
    const payloads = ALL.flatMap((json) => [
      ...JSON.stringify(json).matchAll(/"data":"([\w+/=]*)"/g),
    ]).map(([, data]) => Buffer.byteLength(data ?? '', 'base64'));
    expect(payloads.length).toBeGreaterThan(100);
    expect(Math.max(...payloads)).toBeLessThanOrEqual(64 * 1024);
  });

  it('tell nothing of the machine that they were recorded on', () => {
    const texts = ALL.flatMap(textsOf);
    expect(texts.length).toBeGreaterThan(1_000);
    const telling = /\d@|(^|["' (])\/(tmp|home|root|work|Users|var)\b/;
    expect(texts.filter((text) => telling.test(text))).toEqual([]);
  });
});
