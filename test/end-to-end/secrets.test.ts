import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/domain/result.ts';
import { partitionId } from '../../src/frame/digest.ts';
import { createClient } from '../../src/web/client.ts';
import { API_ROOT } from '../../src/web/contract/api.ts';
import type { OpenApiDocument } from '../../src/web/openapi.ts';
import type { Ended, SpecWishes } from '../support/partita.ts';
import {
  commandLines,
  filesBelow,
  historyOf,
  type Needle,
  type Place,
  rowsOf,
  Search,
} from '../support/searched.ts';
import { MARK, type SecretStack, startSecretStack } from '../support/secret-stack.ts';

/** Secrets wherever one enters, a run that succeeds, one that is cancelled and one that fails, and a look at all that was written and said. */

const WISHES: Omit<SpecWishes, 'data'> = {
  name: MARK,
  partition: { by: 'kind' },
  target: { column: 'y', task: 'classification' },
  algorithms: ['baseline', 'logistic'],
};
const FROM = {
  readings: { kind: 'postgres', url: '${env:SOURCE_URL}', table: 'readings' },
  held: { kind: 'postgres', url: '${env:SOURCE_URL}', table: 'held' },
  wrong: { kind: 'postgres', url: '${env:WRONG_URL}', table: 'readings' },
  broken: { kind: 'postgres', table: 'broken' },
} as const satisfies { readonly [name: string]: SpecWishes['data']['source'] };

let stack: SecretStack;
let succeeded: RunResult;
let cancelled: string;
let failed: string;
/** All that was said while it happened. */
const said: Place[] = [];
/** Made by the program itself. */
const given: Needle[] = [];

beforeAll(async () => {
  stack = await startSecretStack();
  const { partita } = stack;
  const spec = partita.writeSpec({ ...WISHES, data: { source: FROM.readings } });
  const ran = await command('run', spec, '--json');
  expect(ran.code, ran.stderr).toBe(0);
  succeeded = JSON.parse(ran.stdout) as RunResult;
  const release = await stack.hold();
  const held = partita.writeSpec({ ...WISHES, data: { source: FROM.held } });
  cancelled = (await command('run', held, '--detach')).stdout.trim();
  await command('cancel', cancelled);
  expect((await command('attach', cancelled)).code).toBe(6);
  await release();
  const wrong = partita.writeSpec({ ...WISHES, data: { source: FROM.wrong } });
  expect((await command('run', wrong)).code).toBe(7);
  await askTheServer();
  const { runId, global, partitions } = succeeded;
  const model = `${global?.model}`;
  const out = (name: string) => join(partita.folder, name);
  const bundle = ['--partition', `${partitions[0]?.partition}`, '--bundle', out('bundle.replay')];
  const commands = [
    ['debug', '--run', runId, ...bundle],
    ['lineage', model, '--format', 'prov'],
    ['card', model, '--out', out('card.html')],
    ['export', runId, '--out', out('set.partita')],
    ['export', runId, '--format', 'mlflow'],
    ['runs', 'show', failed],
    ['status', '--json'],
    ['doctor', '--json'],
  ];
  await Promise.all(commands.map((args) => command(...args)));
  await stack.receiver.until((received) =>
    [runId, failed].every((id) =>
      received.some(({ body }) => body.includes(id) && /"(COMPLETE|FAIL)"/.test(body)),
    ),
  );
}, 240_000);

afterAll(() => stack?.stop(), 120_000);

describe('secrets', () => {
  it('were asked for by all that they open', () => {
    const shown = new Set(stack.receiver.received.map(({ authorization }) => authorization));
    const { OPENLINEAGE_API_KEY, OTEL_EXPORTER_OTLP_HEADERS, MLFLOW_TRACKING_TOKEN } =
      stack.partita.environment;
    const traces = OTEL_EXPORTER_OTLP_HEADERS?.replace('authorization=', '');
    for (const header of [
      `Bearer ${OPENLINEAGE_API_KEY}`,
      traces,
      `Bearer ${MLFLOW_TRACKING_TOKEN}`,
    ])
      expect(shown).toContain(header);
    expect(said.filter(({ text }) => text.includes('no way on to …')).length).toBeGreaterThan(1);
    expect(said.filter(({ text }) => text.includes('password authentication')).length).toBe(2);
  });

  it('are nowhere where text ends up', async () => {
    const { partita, secrets, databaseUrl, temporal, codec, s3, receiver } = stack;
    const search = new Search([...secrets, ...given], MARK);
    await search.look(said);
    await search.look(rowsOf(databaseUrl));
    await search.look(filesBelow(partita.folder, [ownToken()]));
    for (const runId of [succeeded.runId, cancelled, failed])
      await search.look(historyOf(temporal, runId, codec));
    for (const name of await s3.keys())
      await search.look([{ of: 'the bucket', name, text: `${await s3.text(name)}` }]);
    for (const { path, body } of receiver.received)
      await search.look([{ of: 'what others are told', name: `${path}`, text: body }]);
    await search.look(commandLines());
    expect(search.found).toEqual([]);
    // What has been looked at does tell of the runs.
    expect([...search.marked].sort()).toEqual([
      'a file',
      'an answer of the server',
      'the bucket',
      'the database',
      'the history in Temporal',
      'what a command says',
      'what others are told',
    ]);
  });
});

/** Runs a command to its end, and keeps what it says. */
async function command(...args: readonly string[]): Promise<Ended> {
  const ended = await stack.partita.command(...args);
  keep('what a command says', args.join(' '), ended.stdout + ended.stderr);
  return ended;
}

function keep(of: string, name: string, text: string): void {
  said.push({ of, name, text });
}

/** The one file that is there to hold a secret: the owner's own token. */
function ownToken(): string {
  return join(stack.partita.folder, '.partita', 'web', 'token');
}

/** Runs over HTTP what fails, and asks everything that can be asked about both runs. */
async function askTheServer(): Promise<void> {
  const { partita } = stack;
  // It tells the token, once.
  const { stdout } = await partita.command('token', 'teller', '--role', 'admin', '--json');
  const { token } = JSON.parse(stdout) as { readonly token: string };
  const serving = await partita.start('serve');
  const [, link = ''] = await serving.says(/Sign in, once: (\S+)/);
  const { origin: baseUrl } = new URL(link);
  const signedIn = await fetch(link, { redirect: 'manual' });
  const cookie = /=([^;]+)/.exec(signedIn.headers.get('set-cookie') ?? '')?.[1] ?? link;
  given.push(
    { name: 'a token that was given', forms: [token] },
    { name: 'the token of the owner', forms: [readFileSync(ownToken(), 'utf8').trim()] },
    { name: 'a cookie', forms: [cookie] },
  );
  const client = createClient({ baseUrl, token });
  const spec = { version: 1, ...WISHES, data: { source: FROM.broken } };
  ({ runId: failed } = await client.call('POST /runs', { body: { spec } }));
  for await (const { event, data } of client.events(failed))
    keep('an answer of the server', event, data);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const ask = async (path: string, body?: object) => {
    const asked = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${baseUrl}${path}`, { headers, ...asked });
    keep('an answer of the server', path, await answer.text());
  };
  await ask(`${API_ROOT}/sources/tables`, { url: FROM.wrong.url });
  await ask(`${API_ROOT}/sources/preview`, { source: FROM.broken });
  await ask(`${API_ROOT}/sources/preview`, { source: FROM.readings });
  const { paths } = (await (
    await fetch(`${baseUrl}${API_ROOT}/openapi.json`)
  ).json()) as OpenApiDocument;
  const asked = Object.entries(paths).filter(([, methods]) => 'get' in methods);
  for (const path of asked.flatMap(([template]) => filledOf(template))) await ask(path);
  serving.interrupt();
  const ended = await serving.ended;
  keep('what a command says', 'serve', ended.stdout + ended.stderr);
}

/** What an address stands for, of each of both runs; none where it is about something that there is not. */
function filledOf(template: string): readonly string[] {
  const { runId, snapshot, global, partitions } = succeeded;
  const runs = [
    { run: runId, other: failed },
    { run: failed, other: runId },
  ];
  const paths = runs.map((both) => {
    const values: { readonly [name: string]: string } = {
      ...both,
      experiment: MARK,
      snapshot: `${snapshot}`,
      model: `${global?.model}`,
      partition: partitionId(`${partitions[0]?.partition}`),
    };
    return template.replace(/\{(\w+)\}/g, (hole, name: string) => values[name] ?? hole);
  });
  const what = template.endsWith('/impact') ? `?what=${global?.model}` : '';
  return [...new Set(paths)].filter((path) => !path.includes('{')).map((path) => path + what);
}
