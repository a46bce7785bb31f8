import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../../src/web/contract/api.ts';
import { csvOf, readCsv } from '../support/partita.ts';
import { openWeb, problemCode, type Web } from './ask.ts';
import { checkedAsk } from './checked-ask.ts';
import { describeAgain } from './describe-again.ts';
import { describeAliases } from './describe-aliases.ts';
import { describeAudit } from './describe-audit.ts';
import { describeData } from './describe-data.ts';
import { describeFuzz } from './describe-fuzz.ts';
import { describeMovingName } from './describe-moving-name.ts';
import { describeSources } from './describe-sources.ts';
import { expectExplained } from './expect-explained.ts';
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
    const { json: page } = await ask('GET /runs');
    expect(page.runs.map(({ runId }) => runId)).toContain(run);
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

describe('a model', () => {
  it('tells what it is and where it came from', async () => {
    const { json: page } = await ask('GET /runs/{run}/partitions', { run });
    const model = page.partitions.find(({ name }) => name === 'car')?.model ?? '';
    const { json: card } = await ask('GET /models/{model}', { model });
    expect(card).toMatchObject({ model, task: 'classification', key: ['kind'], target: 'state' });
    const { json: lineage } = await ask('GET /models/{model}/lineage', { model });
    expect(lineage.makings[0]?.runId).toBe(run);
  });

  it('answers rows as the command line answers a file of them', async () => {
    const rows = [
      { kind: 'car', rpm: 2500, load: 0.2, shift: 'day' },
      { kind: 'loader', rpm: 900, load: 0.9, shift: null },
      { kind: 'crane', rpm: 100, load: 0.1, shift: 'night' },
      { kind: 'unheard of', rpm: 2900, load: 0.9, shift: 'night' },
      { kind: null, rpm: null, load: 0.5, shift: 'dusk' },
    ];
    const asked = { body: { rows, explain: true }, role: 'viewer' } as const;
    const { json } = await ask('POST /predict/{run}', { run }, asked);
    const data = join(system.folder, 'new.csv');
    const out = join(system.folder, 'scored.csv');
    writeFileSync(data, csvOf(rows));
    await system.services.predict({ run, data, out });
    const scored = readCsv(out).map((row) => ({
      prediction: row['prediction'],
      busy: Number(row['p:busy']),
      model: row['model'],
      rung: row['rung'],
      reason: row['reason'],
    }));
    const answered = json.predictions.map(({ prediction, probabilities, model, rung, reason }) => ({
      prediction,
      busy: probabilities?.['busy'],
      model,
      rung,
      reason: reason ?? '',
    }));
    expect(answered).toEqual(scored);
    expect(json.predictions.map(({ partition }) => partition)[4]).toBe('kind=\\N');
    expectExplained(json.predictions);
  });

  it('explains as many rows at once as others can wait for, and scores more', async () => {
    const rows = Array.from({ length: 51 }, () => ({
      kind: 'car',
      rpm: 2500,
      load: 0.2,
      shift: 'day',
    }));
    const { json } = await ask('POST /predict/{run}', { run }, { body: { rows } });
    expect(json.predictions).toHaveLength(51);
    const refused = await web.ask('POST', `/predict/${run}`, { body: { rows, explain: true } });
    expect(await problemCode(refused)).toBe('limit-exceeded');
    const fewer = { rows: rows.slice(1), explain: true };
    const { json: explained } = await ask('POST /predict/{run}', { run }, { body: fewer });
    expectExplained(explained.predictions);
  });

  it('in quarantine answers nobody, until it is released', async () => {
    const asked = { body: { rows: [{ kind: 'loader', rpm: 900, load: 0.9, shift: null }] } };
    const { json: before } = await ask('POST /predict/{run}', { run }, asked);
    // The model without partition answers for all of them.
    expect(before.predictions[0]?.rung).toBe('global');
    const body = { what: before.predictions[0]?.model ?? '', reason: 'a broken sensor' };
    await ask('POST /quarantines', {}, { body });
    const { json: standing } = await ask('GET /quarantines');
    expect(standing).toMatchObject({ quarantines: [{ reason: body.reason }], next: null });
    const { json: one } = await ask('GET /quarantines', {}, { query: '?limit=1' });
    const after = `?limit=1&cursor=${one.next}`;
    expect((await ask('GET /quarantines', {}, { query: after })).json.quarantines).toEqual([]);
    for (const path of [`/predict/${run}`, `/runs/${run}/promote`]) {
      const refused = await web.ask('POST', path, path.endsWith('promote') ? { body: {} } : asked);
      expect(await problemCode(refused)).toBe('conflict');
    }
    await ask('POST /quarantines/release', {}, { body });
    const { json: past } = await ask('GET /quarantines/changes');
    expect(past.changes.map(({ kind }) => kind)).toEqual(['release', 'quarantine']);
    const { json: newest } = await ask('GET /quarantines/changes', {}, { query: '?limit=1' });
    const query = `?limit=5&cursor=${newest.next}`;
    const { json: rest } = await ask('GET /quarantines/changes', {}, { query });
    expect([...newest.changes, ...rest.changes]).toEqual(past.changes);
    expect(rest.next).toBe(null);
    expect((await ask('POST /predict/{run}', { run }, asked)).json).toEqual(before);
  });

  it('says by itself what it says for its partition, until it is in quarantine', async () => {
    const row = { kind: 'car', rpm: 2500, load: 0.2, shift: 'day' };
    const rows = [row, { ...row, rpm: 700 }, { ...row, kind: 'loader' }];
    const asked = { body: { rows, explain: true }, role: 'viewer' } as const;
    const { json } = await ask('POST /predict/{run}', { run }, asked);
    for (const predicted of json.predictions) {
      const { prediction, probabilities, explanation } = predicted;
      const params = { model: predicted.model ?? '' };
      const { json: alone } = await ask('POST /models/{model}/predict', params, asked);
      const place = json.predictions.indexOf(predicted);
      expect(alone.predictions[place]).toEqual({ prediction, probabilities, explanation });
    }
    const model = json.predictions[0]?.model ?? '';
    await ask('POST /quarantines', {}, { body: { what: model, reason: 'a wrong sensor' } });
    const refused = await web.ask('POST', `/models/${model}/predict`, asked);
    expect(await problemCode(refused)).toBe('conflict');
    await ask('POST /quarantines/release', {}, { body: { what: model, reason: 'it was right' } });
  });

  it('refuses rows that it can not read, with row and column', async () => {
    const body = { rows: [{ kind: 'car', rpm: 'fast', load: 1 }] };
    const response = await web.ask('POST', `/predict/${run}`, { body });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain('`rpm` holds \\"fast\\" in row 1');
  });
});

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

describeFuzz(() => ({ web, run }));
