import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/web/contract/api.ts';
import { problemCode, type Web } from './ask.ts';
import { checkedAsk } from './checked-ask.ts';

/** Names of a run that has chosen its models; nothing has the name `race` before. Another run of the experiment has succeeded too. */
export function describeAliases(given: () => { readonly web: Web; readonly run: string }): void {
  const ask = checkedAsk(() => given().web);
  const name = { experiment: 'machines', alias: 'race' };
  const path = '/experiments/machines/aliases/race';
  const tagNow = async () => {
    const { response } = await ask('GET /experiments/{experiment}/aliases/{alias}', name);
    return response.headers.get('etag') ?? '';
  };
  const promote = (seen: string, changes: object = {}) =>
    given().web.ask('POST', `/runs/${given().run}/promote`, {
      role: 'editor',
      headers: { 'if-match': seen },
      body: { alias: 'race', ...changes },
    });

  describe('a name', () => {
    it('goes to one of two who saw the same of it; both are on record', async () => {
      const seen = await tagNow();
      const answers = await Promise.all([promote(seen), promote(seen)]);
      const [won, lost] = answers.toSorted((a, b) => a.status - b.status);
      expect(won?.status).toBe(200);
      expect(lost?.status).toBe(412);
      if (lost !== undefined) expect(await problemCode(lost)).toBe('changed-meanwhile');
      const now = await tagNow();
      expect(now).not.toBe(seen);
      expect(won?.headers.get('etag')).toBe(now);
      const { json } = await ask('GET /audit', {}, { query: '?actor=edda&limit=4' });
      const statuses = json.events.map(({ status }) => status ?? 0);
      expect(statuses.toSorted((a, b) => a - b)).toEqual([0, 0, 200, 412]);
      const { json: changes } = await ask(
        'GET /audit',
        {},
        { query: '?action=alias.&subject=race' },
      );
      expect(changes.events).toHaveLength(1);
    });

    it('stays as it is for who saw another state of it, whatever else is asked', async () => {
      const { run, web } = given();
      const old = '"00000000000000000000000000000000"';
      const before = await ask('GET /experiments/{experiment}/aliases/{alias}', name);
      for (const changes of [{}, { expected: run }])
        expect((await promote(old, changes)).status).toBe(412);
      const back = (seen: string) =>
        web.ask('POST', `${path}/rollback`, { headers: { 'if-match': seen } });
      expect(await problemCode(await back(old))).toBe('changed-meanwhile');
      const now = await tagNow();
      // Seen as it is, but there is no other run to go back to, or another one was expected.
      expect(await problemCode(await back(now))).toBe('not-found');
      expect(await problemCode(await promote(now, { expected: null }))).toBe('conflict');
      const after = await ask('GET /experiments/{experiment}/aliases/{alias}', name);
      expect(after.json).toEqual(before.json);
    });

    it('has its tag in the list of names too', async () => {
      const { json } = await ask('GET /aliases');
      const [race] = json.aliases.filter(
        ({ alias }: Answer<'GET /aliases'>['aliases'][number]) => alias === 'race',
      );
      expect(race?.etag).toBe(await tagNow());
      expect((await promote(race?.etag ?? '')).status).toBe(200);
    });

    it('is found page by page, and among those of its experiment', async () => {
      const { run } = given();
      const role = 'editor';
      for (const alias of ['page-a', 'page-b'])
        await ask('POST /runs/{run}/promote', { run }, { role, body: { alias } });
      const { json: all } = await ask('GET /aliases');
      expect(all.next).toBe(null);
      const { json: first } = await ask('GET /aliases', {}, { query: '?limit=1' });
      const cursor = encodeURIComponent(first.next ?? '');
      const { json: rest } = await ask('GET /aliases', {}, { query: `?cursor=${cursor}` });
      expect(rest.aliases.length).toBeGreaterThan(1);
      expect([...first.aliases, ...rest.aliases]).toEqual(all.aliases);
      const { json: own } = await ask('GET /aliases', {}, { query: '?experiment=machines' });
      expect(own.aliases).toEqual(all.aliases.filter((one) => one.experiment === 'machines'));
      const { json: none } = await ask('GET /aliases', {}, { query: '?experiment=nobody' });
      expect(none.aliases).toEqual([]);
    });

    it('goes back by one run only, for one of two who saw the same of it', async () => {
      const { run, web } = given();
      const { json: page } = await ask('GET /runs', {}, { query: '?limit=200' });
      const other = page.runs.find(
        (one) => one.runId !== run && one.experiment === 'machines' && one.status === 'SUCCEEDED',
      );
      for (const named of [other?.runId ?? '', run])
        await ask('POST /runs/{run}/promote', { run: named }, { body: { alias: 'race' } });
      const headers = { 'if-match': await tagNow() };
      const back = () => web.ask('POST', `${path}/rollback`, { headers });
      const answers = await Promise.all([back(), back()]);
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
      const { json } = await ask('GET /experiments/{experiment}/aliases/{alias}', name);
      expect(json.history[0]).toMatchObject({ runId: other?.runId, kind: 'rollback' });
    });
  });
}
