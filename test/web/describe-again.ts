import { describe, expect, it } from 'vitest';
import type { Services } from '../../src/operations/services.ts';
import { openWeb, problemCode, type Web } from './ask.ts';
import { checkedAsk } from './checked-ask.ts';
import { readingsSpec } from './trained-run.ts';

type Given = {
  readonly web: Web;
  readonly run: string;
  readonly services: Services;
  /** Of the readings, uploaded. */
  readonly path: string;
};

/** The same experiment on data read anew: by a schedule, and compared with what it was trained on. */
export function describeAgain(given: () => Given): void {
  const ask = checkedAsk(() => given().web);

  describe('a schedule', () => {
    const params = { schedule: 'nightly' };
    const asked = (changes: object = {}) => ({
      role: 'editor' as const,
      body: {
        spec: readingsSpec(given().path),
        name: 'nightly',
        timing: { kind: 'cron', cron: '0 3 1 1 *' },
        reason: 'the mine works all night',
        ...changes,
      },
    });

    it('begins once, tells when it fires next, and nothing of this machine', async () => {
      const { json, response } = await ask('POST /schedules', {}, asked());
      expect(json).toMatchObject({
        name: 'nightly',
        experiment: 'machines',
        policy: 'changed',
        timing: { kind: 'cron', cron: '0 3 1 1 *', timezone: 'UTC' },
        requestedBy: 'edda',
        paused: false,
        fired: 0,
      });
      expect(response.headers.get('location')).toBe('/api/v1/schedules/nightly');
      expect((await ask('POST /schedules', {}, asked())).json).toEqual(json);
      const other = await given().web.ask('POST', '/schedules', asked({ policy: 'all' }));
      expect(await problemCode(other)).toBe('conflict');
      const { json: list } = await ask('GET /schedules', {}, { role: 'viewer' });
      expect(list.schedules.map(({ name }) => name)).toEqual(['nightly']);
      expect(list.unreadable).toEqual([]);
      expect(list.schedules[0]?.next[0]).toMatch(/-01-01T03:00:00.000Z$/);
    });

    it('is refused times that are none, in words that name them', async () => {
      const never = { timing: { kind: 'cron', cron: 'at midnight' } };
      const refused = await given().web.ask('POST', '/schedules', asked({ ...never, name: 'x' }));
      expect(await problemCode(refused)).toBe('usage');
      const nowhere = { timing: { kind: 'cron', cron: '0 3 1 1 *', timezone: 'Mars/Base' } };
      expect((await given().web.ask('POST', '/schedules', asked(nowhere))).status).toBe(400);
    });

    it('is paused and resumed by editors who have seen how it stands', async () => {
      const { response } = await ask('GET /schedules/{schedule}', params);
      const headers = { 'if-match': response.headers.get('etag') ?? '' };
      const pause = { role: 'editor', headers, body: { reason: 'no data' } } as const;
      const { json: paused } = await ask('POST /schedules/{schedule}/pause', params, pause);
      expect(paused).toMatchObject({ paused: true, next: [], note: 'no data (edda)' });
      const late = await given().web.ask('POST', '/schedules/nightly/resume', { headers });
      expect(await problemCode(late)).toBe('changed-meanwhile');
      const { json: resumed } = await ask('POST /schedules/{schedule}/resume', params);
      expect(resumed).toMatchObject({ paused: false });
      const viewer = { role: 'viewer' } as const;
      expect((await given().web.ask('POST', '/schedules/nightly/pause', viewer)).status).toBe(403);
    });

    it('fires when told to, and shows the run that it began', async () => {
      await ask('POST /schedules/{schedule}/trigger', params, { role: 'editor' });
      const newest = async () => (await ask('GET /schedules/{schedule}', params)).json.runs[0];
      let begun = await newest();
      while (begun === undefined) begun = await newest();
      await given().services.watch(begun.runId, () => undefined, new AbortController().signal);
      expect(await newest()).toMatchObject({ runId: begun.runId, status: 'SUCCEEDED' });
      const { json } = await ask('GET /runs/{run}', { run: begun.runId });
      expect(json).toMatchObject({ experiment: 'machines', requestedBy: 'edda' });
    }, 60_000);

    it('is gone once it was deleted, and all of it is on record with who asked', async () => {
      const gone = { role: 'editor', query: '?reason=the%20mine%20is%20closed' } as const;
      await ask('DELETE /schedules/{schedule}', params, gone);
      const missing = await given().web.ask('GET', '/schedules/nightly');
      expect(await problemCode(missing)).toBe('not-found');
      const { json } = await ask('GET /audit', {}, { query: '?limit=200' });
      const done = json.events.filter(({ action }) => action.startsWith('schedule.'));
      expect(done.map(({ action, actor, reason }) => [action, actor, reason])).toEqual([
        ['schedule.delete', 'edda', 'the mine is closed'],
        ['schedule.trigger', 'edda', null],
        ['schedule.resume', 'ada', null],
        ['schedule.pause', 'edda', 'no data'],
        ['schedule.create', 'edda', 'the mine works all night'],
      ]);
    });
  });

  describe('a schedule of a run', () => {
    const of = (run: string) => {
      const timing = { kind: 'cron', cron: '0 3 1 1 *' } as const;
      return { role: 'editor', body: { run, name: 'as-then', policy: 'drifted', timing } } as const;
    };

    it('has the very spec and folder of the run, which its runs are told to be the same by', async () => {
      const { run, services } = given();
      const { json } = await ask('POST /schedules', {}, of(run.slice(0, 30)));
      const { specDigest, baseFolder } = await services.facts.kept(run);
      expect(json).toMatchObject({ name: 'as-then', experiment: 'machines', specDigest });
      const asked = { role: 'editor' } as const;
      expect(await services.schedules.show('as-then')).toMatchObject({ baseFolder });
      await ask('DELETE /schedules/{schedule}', { schedule: 'as-then' }, asked);
    });

    it('is none of a run whose source may not be named over HTTP, whoever started it, nor is its drift looked for', async () => {
      const { run, services } = given();
      const kept = await services.facts.kept(run);
      const sources = [
        { kind: 'csv', path: '/etc/passwd' },
        { kind: 'csv', path: 'passwd' },
        { kind: 'spark', path: '/etc' },
      ] as const;
      for (const source of sources) {
        const spec = { ...kept.spec, data: { ...kept.spec.data, source } };
        const facts = { kept: () => Promise.resolve({ ...kept, spec, baseFolder: '/etc' }) };
        const web = openWeb({ facts: facts as never });
        const refused = await web.ask('POST', '/schedules', of(run));
        expect(await problemCode(refused), source.path).toBe('usage');
        // Nor is it read anew to be compared with what it was.
        const drift = await web.ask('POST', `/runs/${run}/drift`, { role: 'editor', body: {} });
        expect(await problemCode(drift), source.path).toBe('usage');
      }
    });

    it('is none of a run that was deleted', async () => {
      const { services, web } = given();
      const spec = readingsSpec(given().path, { name: 'unwanted' });
      const { json } = await ask('POST /runs', {}, { role: 'editor', body: { spec } });
      await services.watch(json.runId, () => undefined, new AbortController().signal);
      await services.deleteRun(json.runId);
      const refused = await web.ask('POST', '/schedules', of(json.runId));
      expect(await problemCode(refused)).toBe('conflict');
      for (const method of ['POST', 'GET']) {
        const drift = await web.ask(method, `/runs/${json.runId}/drift`);
        expect(await problemCode(drift)).toBe('conflict');
      }
    }, 60_000);
  });

  describe('many schedules', () => {
    it('are listed by name, page by page', async () => {
      const { services } = given();
      const timing = { kind: 'cron', cron: '0 3 1 1 *' } as const;
      const body = { spec: readingsSpec(given().path), name: 'like-this', timing };
      const like = await ask('POST /schedules', {}, { role: 'editor', body });
      await ask('DELETE /schedules/{schedule}', { schedule: 'like-this' }, { role: 'editor' });
      const { fired: _, overlapped: __, missed: ___, running: ____, ...one } = like.json;
      const made = ['a', 'b', 'c'].map((name) => ({ ...one, name, baseFolder: '/' }));
      const schedules = {
        ...services.schedules,
        list: () => Promise.resolve(made as never),
        unreadable: () => Promise.resolve(['x']),
      };
      const page = checkedAsk(() => openWeb({ schedules }));
      const { json: first } = await page('GET /schedules', {}, { query: '?limit=2' });
      expect(first.schedules.map(({ name }) => name)).toEqual(['a', 'b']);
      const { json: rest } = await page('GET /schedules', {}, { query: `?cursor=${first.next}` });
      expect(rest).toMatchObject({ schedules: [{ name: 'c' }], next: null, unreadable: ['x'] });
      const { json: whole } = await page('GET /schedules', {}, { query: '?limit=3' });
      expect(whole.next).toBe(null);
    });
  });

  describe('the tag of a schedule', () => {
    it('is another one where another of its name was made meanwhile', async () => {
      const spec = readingsSpec(given().path);
      const tagOf = async (changes: object) => {
        const timing = { kind: 'cron', cron: '0 3 1 1 *' } as const;
        const body = { spec, name: 'yearly', timing, ...changes };
        const { response } = await ask('POST /schedules', {}, { role: 'editor', body });
        await ask('DELETE /schedules/{schedule}', { schedule: 'yearly' }, { role: 'editor' });
        return response.headers.get('etag');
      };
      const first = await tagOf({});
      expect(await tagOf({})).toBe(first);
      expect(await tagOf({ timing: { kind: 'every', ms: 3_600_000 } })).not.toBe(first);
      expect(await tagOf({ policy: 'all' })).not.toBe(first);
      expect(await tagOf({ catchUpMs: 60_000 })).not.toBe(first);
    });
  });

  describe('what a run was trained on', () => {
    it('is compared with its source as it is now, and what was found is kept', async () => {
      const { run, web } = given();
      expect((await ask('GET /runs/{run}/drift', { run })).json).toEqual({
        state: 'none',
        runId: run,
      });
      expect((await web.ask('POST', `/runs/${run}/drift`, { role: 'viewer' })).status).toBe(403);
      const { json, response } = await ask(
        'POST /runs/{run}/drift',
        { run },
        { role: 'editor', body: {} },
      );
      expect(json).toMatchObject({ state: 'working', runId: run, askedBy: 'edda' });
      expect(response.headers.get('location')).toBe(`/api/v1/runs/${run}/drift`);
      expect((await ask('POST /runs/{run}/drift', { run }, { body: {} })).json).toEqual(json);
      const latest = async () => {
        const answer = await web.ask('GET', `/runs/${run}/drift`, { role: 'viewer' });
        return answer.status === 202 ? null : answer;
      };
      let found = await latest();
      while (found === null) found = await latest();
      const { json: kept } = await ask('GET /runs/{run}/drift', { run });
      expect(await found.json()).toEqual(kept);
      if (kept.state !== 'done') throw new Error(`It is ${kept.state}.`);
      expect(kept).toMatchObject({ askedBy: 'edda', drift: { runId: run } });
      expect(kept.drift.counts).toMatchObject({ partitions: 4, steady: 4, drifted: 0 });
      const key = 'GET /runs/{run}/drift/partitions';
      const { json: first } = await ask(key, { run }, { query: '?limit=3' });
      const { json: rest } = await ask(key, { run }, { query: `?limit=3&cursor=${first.next}` });
      expect([...first.partitions, ...rest.partitions].map(({ partition }) => partition)).toEqual(
        ['car', 'crane', 'loader', 'truck'].map((kind) => `kind=${kind}`),
      );
      expect(rest.next).toBe(null);
      const { json: moved } = await ask(key, { run }, { query: '?status=drifted' });
      expect(moved).toEqual({ partitions: [], next: null });
    }, 60_000);

    it('is not compared with what lies out of reach', async () => {
      const body = { source: { kind: 'csv', path: '/etc/passwd' } };
      const refused = await given().web.ask('POST', `/runs/${given().run}/drift`, { body });
      expect(await problemCode(refused)).toBe('usage');
    });
  });
}
