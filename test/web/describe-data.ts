import { describe, expect, it } from 'vitest';
import type { Services } from '../../src/operations/services.ts';
import type { OverviewStore } from '../../src/stores/overview-store.ts';
import { openWeb, problemCode, type Web } from './ask.ts';
import { checkedAsk } from './checked-ask.ts';

type Given = { readonly web: Web; readonly run: string; readonly services: Services };

/** What there is over all runs, and a run again. */
export function describeData(given: () => Given): void {
  const ask = checkedAsk(() => given().web);

  describe('the data of runs', () => {
    it('are listed by experiment and version, with what each version holds', async () => {
      const { json: known } = await ask('GET /experiments');
      expect(known).toMatchObject({
        experiments: [{ experiment: 'machines', newest: { runId: given().run } }],
        next: null,
      });
      const older = `?limit=1&cursor=${given().run}`;
      expect((await ask('GET /experiments', {}, { query: older })).json.experiments).toEqual([]);
      const query = '?experiment=machines';
      const { json } = await ask('GET /snapshots', {}, { query });
      expect(json).toMatchObject({
        snapshots: [
          {
            rows: 903,
            partitions: 4,
            columns: 6,
            source: { kind: 'csv' },
            experiments: ['machines'],
            runs: 1,
            newestRun: given().run,
          },
        ],
        next: null,
      });
      const none = await ask('GET /snapshots', {}, { query: '?experiment=nobody' });
      expect(none.json.snapshots).toEqual([]);
    });

    it('are one version each, whatever was read since, or none', async () => {
      const { json: page } = await ask('GET /snapshots');
      const [version] = page.snapshots;
      const { json } = await ask('GET /snapshots/{snapshot}', { snapshot: version?.digest ?? '' });
      expect(json).toEqual({ ...version, older: null });
      const unknown = `sha256:${'0'.repeat(64)}`;
      const missing = await given().web.ask('GET', `/snapshots/${unknown}`);
      expect(await problemCode(missing)).toBe('not-found');
    });

    it('have partitions page by page, beside what they were in another version', async () => {
      const { json: detail } = await ask('GET /runs/{run}', { run: given().run });
      const snapshot = detail.snapshot?.digest ?? '';
      const key = 'GET /snapshots/{snapshot}/partitions';
      const { json: first } = await ask(key, { snapshot }, { query: '?limit=3' });
      expect(first.partitions.map(({ name, rows, before }) => [name, rows, before])).toEqual([
        ['car', 300, null],
        ['crane', 3, null],
        ['loader', 300, null],
      ]);
      const rest = `?limit=3&cursor=${first.next}&comparedTo=${snapshot}`;
      const { json: second } = await ask(key, { snapshot }, { query: rest });
      const [truck] = second.partitions;
      expect(second.partitions.map(({ name }) => name)).toEqual(['truck']);
      expect(truck?.before).toEqual({ rows: 300, digest: truck?.digest });
      const unknown = `sha256:${'0'.repeat(64)}`;
      const missing = await given().web.ask('GET', `/snapshots/${unknown}/partitions`);
      expect(await problemCode(missing)).toBe('not-found');
    });
  });

  describe('the system', () => {
    it('is looked at as the command line does, by admins', async () => {
      const { json } = await ask('GET /doctor');
      const node = json.findings.find(({ name }) => name === 'node');
      expect(node).toMatchObject({ level: 'ok', found: process.versions.node });
      expect((await given().web.ask('GET', '/doctor', { role: 'editor' })).status).toBe(403);
    });

    it('has a record that is sound, which is looked through when an admin asks', async () => {
      const { web } = given();
      let answer = await web.ask('POST', '/doctor/integrity');
      const place = answer.headers.get('location')?.replace('/api/v1', '') ?? '';
      while (answer.status === 202) answer = await web.ask('GET', place);
      const { json } = await ask('GET /doctor/integrity/{check}', {
        check: place.split('/').at(-1) ?? '',
      });
      expect(await answer.json()).toEqual(json);
      if (json.state !== 'done') throw new Error(`It is ${json.state}.`);
      expect(json.broken).toEqual([]);
      expect(json.checked).toContain('stored-files');
      for (const [method, path] of [
        ['POST', '/doctor/integrity'],
        ['GET', place],
      ] as const)
        expect((await web.ask(method, path, { role: 'editor' })).status).toBe(403);
    });

    it('knows no reference where no spec has one', async () => {
      expect((await ask('GET /references')).json).toEqual({ references: [], next: null });
    });

    it('tells of a reference whether its variable is set here, and never what it holds', async () => {
      const held = [
        { of: 'source', text: '${env:SOURCE_URL}' },
        { of: 'source', text: '${env:ARCHIVE_URL}' },
        { of: 'engine', text: 'sc://cluster:15002' },
      ] as const;
      const overview = {
        ...given().services.overview,
        references: ({ limit, after }: Parameters<OverviewStore['references']>[0]) => {
          const from =
            held.findIndex(({ of, text }) => of === after?.of && text === after.text) + 1;
          return Promise.resolve(held.slice(from, from + limit));
        },
      };
      const web = openWeb({ overview }, { hasVariable: (name) => name === 'SOURCE_URL' });
      const askThem = checkedAsk(() => web);
      const { json } = await askThem('GET /references', {}, { query: '?limit=2', role: 'editor' });
      expect(json).toEqual({
        references: [
          { of: 'source', reference: '${env:SOURCE_URL}', isSet: true },
          { of: 'source', reference: '${env:ARCHIVE_URL}', isSet: false },
        ],
        next: 'source ${env:ARCHIVE_URL}',
      });
      const query = `?limit=2&cursor=${encodeURIComponent(`${json.next}`)}`;
      expect((await askThem('GET /references', {}, { query })).json).toEqual({
        references: [{ of: 'engine', reference: 'sc://cluster:15002', isSet: null }],
        next: null,
      });
      expect((await web.ask('GET', '/references', { role: 'viewer' })).status).toBe(403);
      for (const cursor of ['2', 'source%20%00', 'table%20x'])
        expect(await problemCode(await web.ask('GET', `/references?cursor=${cursor}`))).toBe(
          'bad-request',
        );
    });
  });

  describe('a run again', () => {
    it('is the same run for the same key, and gives the same models step by step', async () => {
      // The very key that the run itself was started with: it names something else here.
      const headers = { 'idempotency-key': 'first' };
      const asked = { role: 'editor', headers } as const;
      const { json } = await ask('POST /runs/{run}/reproduce', { run: given().run }, asked);
      const again = json.runId;
      expect(again).not.toBe(given().run);
      expect(json.origin).toBe(given().run);
      const repeated = await ask('POST /runs/{run}/reproduce', { run: given().run }, asked);
      expect(repeated.json.runId).toBe(again);
      await given().services.watch(again, () => undefined, new AbortController().signal);
      const { json: outcome } = await ask(
        'GET /runs/{run}/reproduction',
        { run: again },
        { role: 'viewer' },
      );
      expect(outcome).toMatchObject({
        origin: given().run,
        isReproduced: true,
        partitions: 4,
        first: null,
      });
      const kept = () =>
        given()
          .services.audit.list({ limit: 500 })
          .then((events) => events.filter(({ action }) => action === 'run.reproduced'));
      expect(await kept()).toEqual([]);
      const put = { role: 'editor' } as const;
      const recorded = await ask('POST /runs/{run}/reproduction', { run: again }, put);
      expect(recorded.json).toEqual(outcome);
      await ask('POST /runs/{run}/reproduction', { run: again }, put);
      expect(await kept()).toMatchObject([{ actor: 'edda', role: 'editor' }]);
      const { json: detail } = await ask('GET /runs/{run}', { run: again });
      expect(detail).toMatchObject({ requestedBy: 'edda', origin: { mode: 'reproduce' } });
      const both = { run: given().run, other: again };
      const key = 'GET /runs/{run}/diff/{other}/partitions';
      const { json: first } = await ask(key, both, { query: '?limit=3' });
      const { json: rest } = await ask(key, both, { query: `?limit=3&cursor=${first.next}` });
      const compared = [...first.partitions, ...rest.partitions];
      expect(compared.map(({ name }) => name)).toEqual(['car', 'crane', 'loader', 'truck']);
      for (const { before, ...after } of compared) {
        const times = { trainedAt: before?.trainedAt, trainMs: before?.trainMs };
        expect(before).toEqual({ ...after, ...times });
      }
      expect(rest.next).toBe(null);
      const { json: changes } = await ask('GET /runs/{run}/diff/{other}', both);
      expect(changes).toMatchObject({
        changed: { data: {}, spec: {}, code: {}, environment: {} },
        partitions: { both: 4, onlyA: 0, onlyB: 0 },
      });
    }, 120_000);
  });

  describe('a model for others', () => {
    it('tells that it is withheld through its rows, its snapshot or its partition', async () => {
      const { json: page } = await ask('GET /runs/{run}/partitions', { run: given().run });
      const car = page.partitions.find(({ name }) => name === 'car');
      const params = { run: given().run, partition: car?.partitionId ?? '' };
      const { json: own } = await ask('GET /runs/{run}/partitions/{partition}', params);
      // Its own, which is not the one that answers for it here.
      const model = own.trained?.kind === 'trained' ? (own.trained.facts.model?.digest ?? '') : '';
      const withheld = async () => (await ask('GET /models/{model}', { model })).json.withheld;
      const { json: lineage } = await ask('GET /models/{model}/lineage', { model });
      const { rows, snapshot } = lineage.makings[0]?.data ?? {};
      const partition = { what: 'car', experiment: 'machines' };
      expect(await withheld()).toBe(null);
      for (const asked of [{ what: rows }, { what: snapshot }, partition]) {
        const body = { ...asked, reason: `bad: ${asked.what}` };
        await ask('POST /quarantines', {}, { body });
        expect(await withheld()).toBe(body.reason);
        await ask('POST /quarantines/release', {}, { body });
      }
      expect(await withheld()).toBe(null);
    });

    it('has a card for reviewers, as a page that is no part of the site, and goes out as a file', async () => {
      const { json: page } = await ask('GET /runs/{run}/partitions', { run: given().run });
      const model = page.partitions.find(({ name }) => name === 'car')?.model ?? '';
      const card = await given().web.ask('GET', `/models/${model}/card.html`);
      expect(card.headers.get('content-security-policy')).toContain('sandbox');
      expect(await card.text()).toContain('<!doctype html>');
      const file = await given().web.ask('GET', `/models/${model}/export?format=json`);
      expect(file.headers.get('content-disposition')).toContain('model.json');
      const exported = JSON.parse(await file.text()) as { readonly model: string };
      expect(exported).toBeTypeOf('object');
    });
  });
}
