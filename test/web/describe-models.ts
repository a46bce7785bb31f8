import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { csvOf, readCsv } from '../support/partita.ts';
import { problemCode, type Web } from './ask.ts';
import { checkedAsk } from './checked-ask.ts';
import { expectExplained } from './expect-explained.ts';
import type { System } from './trained-run.ts';

type Given = { readonly web: Web; readonly run: string; readonly system: System };

/** What models are and say, those of a run together and each by itself. */
export function describeModels(given: () => Given): void {
  const ask = checkedAsk(() => given().web);

  describe('a model', () => {
    it('tells what it is and where it came from', async () => {
      const { json: page } = await ask('GET /runs/{run}/partitions', { run: given().run });
      const model = page.partitions.find(({ name }) => name === 'car')?.model ?? '';
      const { json: card } = await ask('GET /models/{model}', { model });
      expect(card).toMatchObject({ model, task: 'classification', key: ['kind'], target: 'state' });
      const { json: lineage } = await ask('GET /models/{model}/lineage', { model });
      expect(lineage.makings[0]?.runId).toBe(given().run);
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
      const { json } = await ask('POST /predict/{run}', { run: given().run }, asked);
      const data = join(given().system.folder, 'new.csv');
      const out = join(given().system.folder, 'scored.csv');
      writeFileSync(data, csvOf(rows));
      await given().system.services.predict({ run: given().run, data, out });
      const scored = readCsv(out).map((row) => ({
        prediction: row['prediction'],
        busy: Number(row['p:busy']),
        model: row['model'],
        rung: row['rung'],
        reason: row['reason'],
      }));
      const answered = json.predictions.map(
        ({ prediction, probabilities, model, rung, reason }) => ({
          prediction,
          busy: probabilities?.['busy'],
          model,
          rung,
          reason: reason ?? '',
        }),
      );
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
      const { json } = await ask('POST /predict/{run}', { run: given().run }, { body: { rows } });
      expect(json.predictions).toHaveLength(51);
      const refused = await given().web.ask('POST', `/predict/${given().run}`, {
        body: { rows, explain: true },
      });
      expect(await problemCode(refused)).toBe('limit-exceeded');
      const fewer = { rows: rows.slice(1), explain: true };
      const { json: explained } = await ask(
        'POST /predict/{run}',
        { run: given().run },
        { body: fewer },
      );
      expectExplained(explained.predictions);
    });

    it('in quarantine answers nobody, until it is released', async () => {
      const asked = { body: { rows: [{ kind: 'loader', rpm: 900, load: 0.9, shift: null }] } };
      const { json: before } = await ask('POST /predict/{run}', { run: given().run }, asked);
      // The model without partition answers for all of them.
      expect(before.predictions[0]?.rung).toBe('global');
      const body = { what: before.predictions[0]?.model ?? '', reason: 'a broken sensor' };
      await ask('POST /quarantines', {}, { body });
      const { json: standing } = await ask('GET /quarantines');
      expect(standing).toMatchObject({ quarantines: [{ reason: body.reason }], next: null });
      const { json: one } = await ask('GET /quarantines', {}, { query: '?limit=1' });
      expect(one).toEqual(standing);
      for (const path of [`/predict/${given().run}`, `/runs/${given().run}/promote`]) {
        const refused = await given().web.ask(
          'POST',
          path,
          path.endsWith('promote') ? { body: {} } : asked,
        );
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
      expect((await ask('POST /predict/{run}', { run: given().run }, asked)).json).toEqual(before);
    });

    it('says by itself what it says for its partition, until it is in quarantine', async () => {
      const row = { kind: 'car', rpm: 2500, load: 0.2, shift: 'day' };
      const rows = [row, { ...row, rpm: 700 }, { ...row, kind: 'loader' }];
      const asked = { body: { rows, explain: true }, role: 'viewer' } as const;
      const { json } = await ask('POST /predict/{run}', { run: given().run }, asked);
      for (const predicted of json.predictions) {
        const { prediction, probabilities, explanation } = predicted;
        const params = { model: predicted.model ?? '' };
        const { json: alone } = await ask('POST /models/{model}/predict', params, asked);
        const place = json.predictions.indexOf(predicted);
        expect(alone.predictions[place]).toEqual({ prediction, probabilities, explanation });
      }
      const model = json.predictions[0]?.model ?? '';
      await ask('POST /quarantines', {}, { body: { what: model, reason: 'a wrong sensor' } });
      const refused = await given().web.ask('POST', `/models/${model}/predict`, asked);
      expect(await problemCode(refused)).toBe('conflict');
      await ask('POST /quarantines/release', {}, { body: { what: model, reason: 'it was right' } });
    });

    it('refuses rows that it can not read, with row and column', async () => {
      const body = { rows: [{ kind: 'car', rpm: 'fast', load: 1 }] };
      const response = await given().web.ask('POST', `/predict/${given().run}`, { body });
      expect(response.status).toBe(422);
      expect(await response.text()).toContain('`rpm` holds \\"fast\\" in row 1');
    });
  });
}
