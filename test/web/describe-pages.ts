import { describe, expect, it } from 'vitest';
import type { Web } from './ask.ts';

type Page = { readonly next: string | null; readonly [list: string]: unknown };

/** Lists that go on by cursor, after enough has happened that each holds something. */
export function describePages(given: () => { readonly web: Web; readonly run: string }): void {
  describe('a page that is exactly full', () => {
    it.each([
      ['/runs', 'runs'],
      ['/runs/{run}/partitions', 'partitions'],
      ['/runs/{run}/diff/{run}/partitions', 'partitions'],
      ['/runs/{run}/attempts', 'attempts'],
      ['/experiments', 'experiments'],
      ['/snapshots', 'snapshots'],
      ['/snapshots/{snapshot}/partitions', 'partitions'],
      ['/quarantines/changes', 'changes'],
      ['/aliases', 'aliases'],
    ])(
      'of %s is the last one, and has another behind it where one is missing',
      async (path, of) => {
        const { web, run } = given();
        const read = async (filled: string): Promise<Page> =>
          (await (await web.ask('GET', filled)).json()) as Page;
        const { snapshots } = await read('/snapshots');
        const [{ digest }] = snapshots as [{ readonly digest: string }];
        const filled = path.replaceAll('{run}', run).replace('{snapshot}', digest);
        const list = async (query: string) => {
          const { next, ...page } = await read(`${filled}${query}`);
          return { next, entries: page[of] as readonly unknown[] };
        };
        const { entries } = await list('?limit=200');
        expect(entries.length).toBeGreaterThan(0);
        expect(await list(`?limit=${entries.length}`)).toEqual({ next: null, entries });
        if (entries.length === 1) return;
        const { next, entries: first } = await list(`?limit=${entries.length - 1}`);
        expect(first).toEqual(entries.slice(0, -1));
        const rest = await list(`?limit=200&cursor=${encodeURIComponent(`${next}`)}`);
        expect(rest).toEqual({ next: null, entries: entries.slice(-1) });
      },
    );
  });
}
