import { describe, expect, it } from 'vitest';
import { ApiError, createClient, type StreamEvent } from '../../src/web/client.ts';
import { stateOf } from '../cli/fake-services.ts';
import { HOST, openWeb, type Web } from './ask.ts';

/** The client on a server without a socket between them. */
function clientOf(web: Web, token = web.tokens.editor) {
  return createClient({
    baseUrl: `http://${HOST}`,
    token,
    fetch: (url, init) => web.send((url as string).replace(`http://${HOST}`, ''), init),
  });
}

const step = (id: number) => ({
  id,
  stage: 'train' as const,
  scope: 'own' as const,
  batch: 0,
  attempt: 1,
  worker: 'w',
  outcome: 'SUCCEEDED' as const,
  startedAt: '2026-11-25T20:00:00.000Z',
  endedAt: '2026-11-25T20:00:01.000Z',
  partitions: 1,
});

describe('the client', () => {
  it('fills paths and queries, and gives what the endpoint answers', async () => {
    const asked: unknown[] = [];
    const web = openWeb({
      runs: (options) => {
        asked.push(options);
        return Promise.resolve([]);
      },
      control: (run, control) => {
        asked.push([run, control]);
        return Promise.resolve(stateOf());
      },
    });
    const client = clientOf(web);
    expect(await client.call('GET /runs', { query: { limit: 3, experiment: 'a b' } })).toEqual({
      runs: [],
      next: null,
    });
    const params = { run: 'a/b' };
    await client.call('POST /runs/{run}/set-concurrency', { params, body: { concurrency: 2 } });
    expect(asked).toEqual([
      // One more than is wanted tells whether there are more.
      { limit: 4, experiment: 'a b' },
      ['a/b', { kind: 'set-concurrency', concurrency: 2 }],
    ]);
  });

  it('throws the problem that the server tells', async () => {
    const error = await clientOf(openWeb(), 'wrong')
      .call('GET /session')
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).problem).toMatchObject({ code: 'unauthenticated', status: 401 });
  });

  it('follows the events of a run, and goes on after the last one it has seen', async () => {
    const steps = [1, 2, 5].map(step);
    const facts = {
      attempts: (_: string, { after }: { readonly after: number }) =>
        Promise.resolve(steps.filter(({ id }) => id > after)),
    };
    const web = openWeb({ state: () => Promise.resolve(stateOf()), facts: facts as never });
    const events = async (after?: string) => {
      const seen: StreamEvent[] = [];
      for await (const event of clientOf(web).events('run-1', after)) seen.push(event);
      return seen.map(({ event, id }) => (id === null ? event : `${event} ${id}`));
    };
    const all = await events();
    expect(all.filter((event) => event !== 'state')).toEqual(['step 1', 'step 2', 'step 5', 'end']);
    expect(all).toContain('state');
    const rest = await events('2');
    expect(rest.filter((event) => event !== 'state')).toEqual(['step 5', 'end']);
  });
});

describe('streams of events', () => {
  it('are so many at once and no more; one that its reader leaves makes room', async () => {
    const running = stateOf({ status: 'RUNNING' });
    const web = openWeb({
      state: () => Promise.resolve(running),
      watch: (_, onState, signal) => {
        onState(running);
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(running));
        });
      },
      facts: { attempts: () => Promise.resolve([]) } as never,
    });
    const leaving = new AbortController();
    const open = (signal = new AbortController().signal) =>
      web.ask('GET', '/runs/r/events', { signal });
    expect((await open(leaving.signal)).status).toBe(200);
    expect((await open()).status).toBe(200);
    expect((await open()).status).toBe(429);
    leaving.abort();
    expect((await open()).status).toBe(200);
  });
});
