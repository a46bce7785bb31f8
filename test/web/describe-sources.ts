import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/web/contract/api.ts';
import { problemCode, type Web } from './ask.ts';
import { checkedAsk } from './checked-ask.ts';
import { readings, readingsSpec, type System } from './trained-run.ts';

type Given = {
  readonly web: Web;
  readonly system: System;
  /** Of the readings, uploaded. */
  readonly path: string;
};

/** Tables before there is a run of them. */
export function describeSources(given: () => Given): void {
  const ask = checkedAsk(() => given().web);

  describe('an uploaded file', () => {
    it('is kept by its content, in a place that a spec can name', () => {
      expect(given().path).toMatch(/^\.partita\/uploads\/[0-9a-f]{64}\.csv$/);
      expect(readFileSync(join(given().system.folder, given().path), 'utf8')).toBe(readings());
    });

    it('has the name that it came with, and none where nobody has sent it', async () => {
      const upload = `sha256:${/[0-9a-f]{64}/.exec(given().path)?.[0]}`;
      const { json } = await ask('GET /uploads/{upload}', { upload }, { role: 'viewer' });
      expect(json).toMatchObject({
        digest: upload,
        name: 'machines.csv',
        source: { path: given().path },
      });
      const other = await given().web.ask('GET', `/uploads/sha256:${'0'.repeat(64)}`);
      expect(await problemCode(other)).toBe('not-found');
    });

    it('is shown with its columns and first rows', async () => {
      const body = { source: { kind: 'csv', path: given().path }, rows: 2 };
      const { json } = await ask('POST /sources/preview', {}, { body });
      expect([json.rowsRead, json.isWhole, json.rows.length]).toEqual([903, true, 2]);
      expect(json.columns.map(({ name, kind }) => [name, kind])).toEqual([
        ['id', 'number'],
        ['kind', 'category'],
        ['rpm', 'number'],
        ['load', 'number'],
        ['shift', 'category'],
        ['state', 'category'],
      ]);
      const kind = json.columns.find(({ name }) => name === 'kind');
      expect(kind?.top.map(({ value, count }) => [value, count])).toEqual([
        ['car', 300],
        ['loader', 300],
        ['truck', 300],
        ['crane', 3],
      ]);
    });

    it('is planned: what would be trained', async () => {
      const body = { spec: readingsSpec(given().path) };
      const response = await given().web.ask('POST', '/plans', { body });
      let planned = (await response.json()) as Answer<'POST /plans'>;
      while (planned.state === 'working')
        planned = (await (
          await given().web.ask('GET', `/plans/${planned.planId}`)
        ).json()) as Answer<'POST /plans'>;
      expect(planned.plan.partitions.map(({ rows, decision }) => [rows, decision.kind])).toEqual([
        [300, 'train'],
        [3, 'global'],
        [300, 'train'],
        [300, 'train'],
      ]);
    });

    it('is judged by the adviser: which column deserves to divide it', async () => {
      const body = { spec: readingsSpec(given().path), rows: 900 };
      const response = await given().web.ask('POST', '/advice', { body, role: 'editor' });
      let advised = (await response.json()) as Answer<'POST /advice'>;
      while (advised.state === 'working')
        advised = (
          await ask('GET /advice/{advice}', { advice: advised.adviceId }, { role: 'editor' })
        ).json;
      expect(response.headers.get('location')).toBe(`/api/v1/advice/${advised.adviceId}`);
      const { rows, sampled, divisions } = advised.advice;
      expect([rows, sampled]).toEqual([903, 900]);
      const asWritten = { by: ['kind'], isAsWritten: true, partitions: 4, own: 3, smallest: 3 };
      expect(divisions).toContainEqual(expect.objectContaining(asWritten));
      expect((await given().web.ask('POST', '/advice', { body, role: 'viewer' })).status).toBe(403);
      const strange = await given().web.ask('GET', `/advice/${advised.adviceId}`, {
        role: 'admin',
      });
      expect(await problemCode(strange)).toBe('not-found');
    });

    it.each(['/etc/passwd', '.partita/web/token', '../x.csv', '.part*/web/token', '**'])(
      'is not %s: what lies elsewhere stays there',
      async (outside) => {
        const body = { spec: readingsSpec(outside) };
        expect(await problemCode(await given().web.ask('POST', '/runs', { body }))).toBe('usage');
        const preview = { source: { kind: 'csv', path: outside } };
        const response = await given().web.ask('POST', '/sources/preview', { body: preview });
        expect(await problemCode(response)).toBe('usage');
      },
    );
  });

  describe('tables of a Postgres', () => {
    it('are listed and shown', async () => {
      await given().system.services.loadExample();
      const { json } = await ask('POST /sources/tables');
      expect(json.tables.map(({ table }) => table)).toEqual(['asset_activity']);
      const source = { kind: 'postgres', table: 'asset_activity' };
      const preview = await ask('POST /sources/preview', {}, { body: { source } });
      expect([preview.json.rowsRead, preview.json.isWhole]).toEqual([10_001, false]);
      expect(preview.json.columns).toHaveLength(13);
    });

    it('need a reference that is set, and tell no secret', async () => {
      const body = { url: '${env:NO_SUCH_VARIABLE}' };
      const response = await given().web.ask('POST', '/sources/tables', { body });
      expect(await problemCode(response)).toBe('invalid-spec');
      const literal = { url: 'postgres://user:hunter2@localhost/x' };
      const refused = await given().web.ask('POST', '/sources/tables', { body: literal });
      expect(refused.status).toBe(400);
      expect(await refused.text()).not.toContain('hunter2');
    });
  });
}
