import { beforeAll, describe, expect, it } from 'vitest';
import { System as Parts } from '../../src/compose/system.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import type { Answer } from '../../src/web/contract/api.ts';
import { newRun } from '../stores/made-up-run.ts';
import type { Web } from './ask.ts';
import { checkedAsk } from './checked-ask.ts';
import { readings, readingsSpec, type System } from './trained-run.ts';

type Given = { readonly web: Web; readonly run: string; readonly system: System };
type Page = { readonly next: string | null; readonly [list: string]: unknown };

/** Lists that go on by cursor, after enough has happened that each holds two entries at least. */
export function describePages(given: () => Given): void {
  const ask = checkedAsk(() => given().web);

  describe('a page that is exactly full', () => {
    beforeAll(async () => {
      await Promise.all([readOtherRows(), quarantine('car'), quarantine('truck')]);
      await referTo(['${env:SPARK_URL}', 'sc://cluster:15002']);
    }, 120_000);

    it.each([
      ['/runs', 'runs'],
      ['/runs/{run}/partitions', 'partitions'],
      ['/runs/{run}/diff/{run}/partitions', 'partitions'],
      ['/runs/{run}/drift/partitions', 'partitions'],
      ['/runs/{run}/attempts', 'attempts'],
      ['/experiments', 'experiments'],
      ['/snapshots', 'snapshots'],
      ['/snapshots/{snapshot}/partitions', 'partitions'],
      ['/quarantines', 'quarantines'],
      ['/quarantines/changes', 'changes'],
      ['/aliases', 'aliases'],
      ['/audit?action=alias.', 'events'],
      ['/references', 'references'],
    ])(
      'of %s is the last one, and has another behind it where one is missing',
      async (path, of) => {
        const { web, run } = given();
        const read = async (filled: string): Promise<Page> =>
          (await (await web.ask('GET', filled)).json()) as Page;
        const { snapshots } = await read('/snapshots');
        const [{ digest }] = snapshots as [{ readonly digest: string }];
        const filled = path.replaceAll('{run}', run).replace('{snapshot}', digest);
        const list = async (asked: { readonly limit: number; readonly cursor?: string | null }) => {
          const query = Object.entries(asked).map(
            ([name, value]) => `${name}=${encodeURIComponent(`${value}`)}`,
          );
          const { next, ...page } = await read(
            `${filled}${path.includes('?') ? '&' : '?'}${query.join('&')}`,
          );
          return { next, entries: page[of] as readonly unknown[] };
        };
        const { entries } = await list({ limit: 200 });
        expect(entries.length).toBeGreaterThan(1);
        expect(await list({ limit: entries.length })).toEqual({ next: null, entries });
        const { next, entries: first } = await list({ limit: entries.length - 1 });
        expect(first).toEqual(entries.slice(0, -1));
        const rest = await list({ limit: 200, cursor: next });
        expect(rest).toEqual({ next: null, entries: entries.slice(-1) });
      },
    );
  });

  /** A second version of the data, by a run to its end. */
  async function readOtherRows(): Promise<void> {
    const { web, system } = given();
    const uploaded = await web.send('/api/v1/uploads?name=fewer.csv', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${web.tokens.editor}`,
        'content-type': 'application/octet-stream',
      },
      body: `${readings().trimEnd().split('\n').slice(0, -9).join('\n')}\n`,
    });
    const { path } = ((await uploaded.json()) as Answer<'POST /uploads'>).source;
    const spec = readingsSpec(path, { name: 'fewer', algorithms: ['baseline'] });
    const { json } = await ask('POST /runs', {}, { role: 'editor', body: { spec } });
    await system.services.watch(json.runId, () => undefined, new AbortController().signal);
  }

  async function quarantine(kind: string): Promise<void> {
    const body = { what: kind, experiment: 'machines', reason: 'a broken sensor' };
    await ask('POST /quarantines', {}, { body });
  }

  /** Runs whose specs name a cluster; none of them is started. */
  async function referTo(clusters: readonly string[]): Promise<void> {
    const parts = new Parts(given().system.config);
    const { runs } = await parts.context();
    for (const [number, remote] of clusters.entries()) {
      const made = newRun(number);
      const engine = { ...made.spec.engine, kind: 'spark', remote } as const;
      const spec = { ...made.spec, engine };
      const { runId } = await runs.createRun({ ...made, spec, specDigest: digestBytes(remote) });
      await runs.setStatus(runId, 'CANCELLED');
    }
    await parts.close();
  }
}
