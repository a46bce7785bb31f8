import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Services } from '../../src/operations/services.ts';
import type { Answer } from '../../src/web/contract/api.ts';
import { makeFolder } from '../support/test-folder.ts';
import { problemCode, type Web } from './ask.ts';
import { checkedAsk } from './checked-ask.ts';

type Given = { readonly web: Web; readonly run: string; readonly services: Services };
type Event = Answer<'GET /audit'>['events'][number];

/** What was asked and done before these tests, in the order of its record. */
export function describeAudit(given: () => Given): void {
  const ask = checkedAsk(() => given().web);

  describe('the audit trail', () => {
    it('has every change with its actor and how it ended, and nothing that only looked', async () => {
      const { json } = await ask('GET /audit', {}, { query: '?limit=500' });
      const submitted = json.events.filter(({ action }) => action === 'POST /runs');
      const [first] = submitted.slice(-2);
      expect(first).toMatchObject({ actor: 'edda', role: 'editor', status: 202 });
      expect(submitted.at(-1)).toMatchObject({ requestId: first?.requestId, status: null });
      expect(json.events.some(({ action }) => action.startsWith('GET'))).toBe(false);
      const pause = json.events.find(({ action }) => action === 'POST /runs/{run}/pause');
      expect(pause).toMatchObject({ actor: 'ada', target: { run: given().run }, status: 404 });
    });

    /** Every event that the filter lets through, page after page. */
    const listed = async (filter: { readonly [field: string]: string }, limit = 500) => {
      const events: Event[] = [];
      for (let cursor: { readonly cursor?: string } = {}; ; ) {
        const asked = new URLSearchParams({ ...filter, ...cursor, limit: String(limit) });
        const query = `?${asked.toString()}`;
        const { json } = await ask('GET /audit', {}, { query });
        events.push(...json.events);
        if (json.next === null) return events;
        cursor = { cursor: json.next };
      }
    };

    it('is filtered by who, what, to what and when, over all of its pages', async () => {
      const { run } = given();
      const all = await listed({});
      const middle = all[Math.floor(all.length / 2)]?.at ?? '';
      const filters: readonly [{ readonly [field: string]: string }, (one: Event) => boolean][] = [
        [{ actor: 'edda' }, ({ actor }) => actor === 'edda'],
        [{ action: 'quarantine' }, ({ action }) => action.startsWith('quarantine')],
        [{ subject: run }, isAbout(run)],
        // Ids of runs begin with their time: those of the same minute begin alike.
        [{ subject: run.slice(0, 8) }, isAbout(run.slice(0, 8))],
        [{ since: middle }, ({ at }) => at >= middle],
        [{ until: middle }, ({ at }) => at < middle],
        [
          { actor: 'ada', action: 'POST /runs/', subject: run },
          ({ actor, action, target }) =>
            actor === 'ada' && action.startsWith('POST /runs/') && target['run'] === run,
        ],
      ];
      for (const [filter, isWanted] of filters) {
        const wanted = all.filter(isWanted).map(({ id }) => id);
        expect(wanted.length, JSON.stringify(filter)).toBeGreaterThan(0);
        expect(wanted.length, JSON.stringify(filter)).toBeLessThan(all.length);
        // Pages of seven: more than one of them, and none that is filled by what is left out.
        const found = (await listed(filter, 7)).map(({ id }) => id);
        // Runs of other tests may have gone on meanwhile.
        expect(found.filter((id) => id <= (all[0]?.id ?? 0))).toEqual(wanted);
      }
      expect(await listed({ actor: "edda' or true --" })).toEqual([]);
      expect(await listed({ action: '%' })).toEqual([]);
    });

    it('takes no moment that is none', async () => {
      for (const since of ['yesterday', '2026-02-30T00:00:00Z', '0000-01-01T00:00:00Z']) {
        const refused = await given().web.ask('GET', `/audit?since=${since}`);
        expect(await problemCode(refused), since).toBe('bad-request');
      }
    });

    it('is verified on demand, which is itself on record', async () => {
      const { web, services } = given();
      const asked = await web.ask('POST', '/audit/verifications');
      let found = (await asked.json()) as Answer<'POST /audit/verifications'>;
      const params = { verification: found.verificationId };
      expect(asked.headers.get('location')).toBe(
        `/api/v1/audit/verifications/${params.verification}`,
      );
      while (found.state === 'working') {
        const again = await web.ask('GET', `/audit/verifications/${params.verification}`);
        found = (await again.json()) as typeof found;
      }
      const { json } = await ask('GET /audit/verifications/{verification}', params);
      expect(json).toEqual(found);
      expect(found.verdict).toMatchObject({ findings: [], unvouched: 0 });
      expect(found.verdict.rows).toBeGreaterThan(0);
      const now = await services.verifyAudit(undefined);
      expect(now.events).toBeGreaterThanOrEqual(found.verdict.events);
      expect(await listed({ action: 'POST /audit/verifications', actor: 'ada' })).toHaveLength(2);
    });

    it('is handed out as the file that the command line writes', async () => {
      const { web, services } = given();
      const response = await web.ask('GET', '/audit/export');
      const out = join(makeFolder(), 'trail.jsonl');
      const later = await services.exportAudit(out);
      const [header = '', ...lines] = linesOf(await response.text());
      const [headerOfFile = '', ...linesOfFile] = linesOf(readFileSync(out, 'utf8'));
      const { head, ...rest } = JSON.parse(header) as Header;
      // Runs of other tests may have gone on meanwhile: the file then holds more.
      expect(lines).toEqual(linesOfFile.slice(0, head.seq));
      expect(lines).toHaveLength(head.seq);
      expect(later.seq).toBeGreaterThanOrEqual(head.seq);
      expect(JSON.parse(headerOfFile)).toMatchObject({ format: rest.format, head: later });
      expect(response.headers.get('content-disposition')).toBe(
        `attachment; filename="audit-${head.seq}.jsonl"`,
      );
    });

    it.each(['GET /audit', 'GET /audit/export', 'POST /audit/verifications'])(
      'is for admins: %s',
      async (key) => {
        const [method = '', path = ''] = key.split(' ');
        expect((await given().web.ask(method, path, { role: 'editor' })).status).toBe(403);
      },
    );
  });
}

type Header = { readonly format: string; readonly head: { readonly seq: number } };

/** Each ends with a newline. */
function linesOf(text: string): readonly string[] {
  return text.split('\n').slice(0, -1);
}

function isAbout(beginning: string): (event: Event) => boolean {
  return ({ target }) => Object.values(target).some((value) => value.startsWith(beginning));
}
