import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../../src/web/contract/api.ts';
import { openWeb, problemCode, type Web } from './ask.ts';
import { checkedAsk } from './checked-ask.ts';
import { describeAgain } from './describe-again.ts';
import { describeAliases } from './describe-aliases.ts';
import { describeAudit } from './describe-audit.ts';
import { describeData } from './describe-data.ts';
import { describeFuzz } from './describe-fuzz.ts';
import { describeModels } from './describe-models.ts';
import { describeMovingName } from './describe-moving-name.ts';
import { describePages } from './describe-pages.ts';
import { describeSources } from './describe-sources.ts';
import { readings, readingsSpec, type System, startSystem } from './trained-run.ts';

let system: System;
let web: Web;
let run: string;
let path: string;

const ask = checkedAsk(() => web);

beforeAll(async () => {
  system = await startSystem();
  web = openWeb(system.services, { workingFolder: system.folder });
  const uploaded = await web.send('/api/v1/uploads?name=machines.csv', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${web.tokens.editor}`,
      'content-type': 'application/octet-stream',
    },
    body: readings(),
  });
  ({ path } = ((await uploaded.json()) as Answer<'POST /uploads'>).source);
  const headers = { 'idempotency-key': 'first' };
  const body = { spec: readingsSpec(path) };
  const { json } = await ask('POST /runs', {}, { role: 'editor', body, headers });
  run = json.runId;
  await system.services.watch(run, () => undefined, new AbortController().signal);
}, 180_000);
afterAll(() => system?.stop(), 60_000);

describeSources(() => ({ web, system, path }));

describe('a run', () => {
  it('is the same run for the same key, and a conflict with another spec', async () => {
    const headers = { 'idempotency-key': 'first' };
    const again = { role: 'editor', headers, body: { spec: readingsSpec(path) } } as const;
    const { json, response } = await ask('POST /runs', {}, again);
    expect(json.runId).toBe(run);
    expect(response.headers.get('location')).toBe(`/api/v1/runs/${run}`);
    const other = { ...again, body: { spec: readingsSpec(path, { seed: 8 }) } };
    expect(await problemCode(await web.ask('POST', '/runs', other))).toBe('conflict');
  });

  it('shows how it stands, who asked for it, and nothing of this machine', async () => {
    const { json, response } = await ask('GET /runs/{run}', { run });
    expect(json).toMatchObject({ status: 'SUCCEEDED', requestedBy: 'edda', hasReport: true });
    expect(json.classes).toEqual(['busy', 'idle']);
    expect(response.headers.get('etag')).toMatch(/^"[0-9a-f]{32}"$/);
    expect(JSON.stringify(json)).not.toContain(system.folder);
    // Three kinds, and one that is too rare.
    expect(json.state).toMatchObject({ status: 'SUCCEEDED', trained: 3, failed: 0 });
    const result = await ask('GET /runs/{run}/result', { run });
    expect(JSON.stringify(result.json)).not.toContain(system.folder);
    expect(result.json).toEqual({ ...(await system.services.result(run)), report: null });
    expect(json.served).toBe(result.json.totals.served?.holdout);
    expect(json.temporalUi).toMatch(
      new RegExp(`^http://127\\.0\\.0\\.1:\\d+/namespaces/default/workflows/run%3A${run}$`),
    );
    const { json: page } = await ask('GET /runs');
    expect(page.runs.find(({ runId }) => runId === run)).toMatchObject({ unanswered: 0 });
    const changed = await ask('GET /runs', {}, { query: `?since=${run}` });
    expect(changed.json.runs.map(({ runId }) => runId)).not.toContain(run);
    const query = `?since=${run}&among=${run},${run}`;
    const again = await ask('GET /runs', {}, { query });
    expect(again.json.runs.map(({ runId }) => runId)).toContain(run);
    // All would be told, whatever is named.
    const refused = await web.ask('GET', `/runs?among=${run}`);
    expect(await problemCode(refused.clone())).toBe('bad-request');
    expect(await refused.text()).toContain('`since`');
  });

  it('has a spec that can be asked for again as it is handed out', async () => {
    const { json } = await ask('GET /runs/{run}', { run });
    const { json: verdict } = await ask('POST /specs/validate', {}, { body: { spec: json.spec } });
    expect(verdict).toMatchObject({ valid: true, digest: json.specDigest });
    const spec = { ...json.spec, candidates: 'all of them' };
    const { json: refused } = await ask('POST /specs/validate', {}, { body: { spec } });
    expect(refused).toMatchObject({ valid: false });
  });

  it('has stages with states and times', async () => {
    const { json } = await ask('GET /runs/{run}/stages', { run });
    expect(json.stages.map(({ stage, state }) => `${stage} ${state}`)).toEqual([
      'snapshot done',
      'profile done',
      'condition done',
      'features done',
      'select done',
      'train done',
      'evaluate done',
      'choose done',
      'report done',
    ]);
  });

  it('has a grid of partitions, page by page, by state and by name', async () => {
    const first = await ask('GET /runs/{run}/partitions', { run }, { query: '?limit=3' });
    expect(first.json.partitions.map(({ name, state }) => [name, state])).toEqual([
      ['car', 'trained'],
      ['crane', 'global'],
      ['loader', 'trained'],
    ]);
    const query = `?limit=3&cursor=${first.json.next}`;
    const second = await ask('GET /runs/{run}/partitions', { run }, { query });
    expect(second.json).toMatchObject({ partitions: [{ name: 'truck' }], next: null });
    const found = await ask('GET /runs/{run}/partitions', { run }, { query: '?search=CR' });
    expect(found.json.partitions.map(({ name }) => name)).toEqual(['crane']);
    const wild = await ask('GET /runs/{run}/partitions', { run }, { query: '?search=%25' });
    expect(wild.json.partitions).toEqual([]);
    const small = await ask('GET /runs/{run}/partitions', { run }, { query: '?state=global' });
    expect(small.json.partitions).toMatchObject([{ name: 'crane', reason: 'too_small' }]);
    const { json: counts } = await ask('GET /runs/{run}/partition-counts', { run });
    expect(counts).toEqual({ total: 4, states: { trained: 3, global: 1 } });
  });

  it('tells all about one partition, and about the model without partition', async () => {
    const { json: page } = await ask('GET /runs/{run}/partitions', { run });
    const car = page.partitions.find(({ name }) => name === 'car');
    const params = { run, partition: car?.partitionId ?? '' };
    const { json } = await ask('GET /runs/{run}/partitions/{partition}', params);
    expect(json).toMatchObject({ text: 'kind=car', trained: { kind: 'trained' } });
    const { json: log } = await ask('GET /runs/{run}/partitions/{partition}/log', params);
    expect(log).toEqual({ log: '' });
    const all = { run, partition: 'global' };
    const global = await ask('GET /runs/{run}/partitions/{partition}', all);
    expect(global.json).toMatchObject({ rows: 903, trained: { kind: 'trained' } });
  });

  it('has a timeline of attempts, and no failures', async () => {
    const seen: number[] = [];
    let query = '?limit=4';
    for (;;) {
      const { json } = await ask('GET /runs/{run}/attempts', { run }, { query });
      seen.push(...json.attempts.map(({ id }) => id));
      if (json.next === null) break;
      query = `?limit=4&cursor=${json.next}`;
    }
    const { json } = await ask('GET /runs/{run}/attempts', { run });
    expect(seen).toEqual(json.attempts.map(({ id }) => id));
    expect(new Set(json.attempts.map(({ stage }) => stage)).size).toBe(9);
    // The clocks of the server and of the worker are one here.
    for (const { queuedAt, startedAt } of json.attempts)
      expect(Date.parse(queuedAt ?? '')).toBeLessThanOrEqual(Date.parse(startedAt));
    expect((await ask('GET /runs/{run}/failures', { run })).json.failures).toEqual([]);
  });

  it('has a report, as data and as a page that is no part of the site', async () => {
    const { json } = await ask('GET /runs/{run}/report', { run });
    expect(json.partitions.total).toBe(4);
    const page = await web.ask('GET', `/runs/${run}/report.html`);
    expect(page.headers.get('content-security-policy')).toContain('sandbox');
    expect(page.headers.get('content-disposition')).toContain('inline');
    const html = await page.text();
    expect(html).toContain('<!doctype html>');
    // The upload by its name, not by where it lies.
    expect(html).toContain('from csv machines.csv');
    const file = await web.ask('GET', `/runs/${run}/report.html?download=1`);
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="report.html"');
  });

  it('hands out the predictions that it was judged by', async () => {
    const response = await web.ask('GET', `/runs/${run}/predictions?split=holdout&format=jsonl`);
    expect(response.headers.get('content-disposition')).toContain('holdout.jsonl');
    const lines = (await response.text()).trim().split('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ partition: 'kind=car' });
  });

  it('can not be steered any more', async () => {
    const response = await web.ask('POST', `/runs/${run}/pause`);
    expect(await problemCode(response)).toBe('not-found');
  });
});

describeModels(() => ({ web, run, system }));

describeData(() => ({ web, run, services: system.services }));

describeAgain(() => ({ web, run, services: system.services, path }));

describeMovingName(() => ({ web, system, path }));

describeAliases(() => ({ web, run }));

describeAudit(() => ({ web, run, services: system.services }));

describe('events', () => {
  it('tell the whole story of a run, and go on after the last one seen', async () => {
    const read = async (headers = {}) => {
      const text = await (await web.ask('GET', `/runs/${run}/events`, { headers })).text();
      return [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    };
    const all = await read();
    expect(all).toHaveLength(new Set(all).size);
    expect(all.length).toBeGreaterThan(8);
    const rest = await read({ 'last-event-id': String(all[3]) });
    expect(rest).toEqual(all.slice(4));
  });
});

describePages(() => ({ web, run, system }));

describeFuzz(() => ({ web, run }));
