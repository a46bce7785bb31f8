import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import { LAYOUT_FILE } from '../../src/frame/snapshot-layout.ts';
import type { ObjectStore } from '../../src/stores/object-store.ts';
import { isLostPack } from '../../src/stores/objects/lost-pack.ts';
import { packMembers } from '../../src/stores/objects/pack.ts';
import { leavePack, type WaitingMember } from '../../src/stores/objects/pack-target.ts';

/** Where a test's objects are kept: every test has a place of its own. */
export type Place = { readonly base: string; readonly folder: string };

export type StoreKind = {
  /** A store over the objects of that place, for that database. */
  readonly open: (place: Place, owner?: string) => ObjectStore;
  /** Changes what is kept under a digest, as a bad disk would. */
  readonly overwrite: (place: Place, digest: Digest, text: string) => Promise<void> | void;
};

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** What every store does, whatever keeps its objects. */
export function describeObjectStore(name: string, { open, overwrite }: StoreKind): void {
  describe(`a store of ${name}`, () => {
    let place: Place;
    let store: ObjectStore;

    beforeEach(() => {
      const base = mkdtempSync(join(tmpdir(), 'partita-objects-'));
      place = { base, folder: join(base, 'objects') };
      store = open(place);
    });
    afterEach(() => {
      rmSync(place.base, { recursive: true, force: true });
    });

    const incoming = () => readdirSync(join(place.folder, 'incoming'));
    const listed = async (of: ObjectStore) => {
      const found = new Map<Digest, number>();
      for await (const { digest, bytes } of of.list()) found.set(digest, bytes);
      return found;
    };

    it('gives an object back by its digest, whatever its bytes', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (bytes) => {
          const digest = await store.put(bytes);
          expect(digest).toBe(digestBytes(bytes));
          expect(Buffer.from(await store.get(digest)).equals(bytes)).toBe(true);
        }),
        { numRuns: 15 },
      );
    });

    it('may be put into by many writers at once', async () => {
      const stores = Array.from({ length: 8 }, () => open(place));
      const big = new Uint8Array(200_000).fill(7);
      const digests = await Promise.all(stores.flatMap((one) => [one.put(big), one.put(big)]));
      expect(new Set(digests).size).toBe(1);
      expect((await store.get(digestBytes(big))).length).toBe(big.length);
      expect(incoming()).toEqual([]);
    });

    it('does not find what is not there', async () => {
      const digest = digestBytes('never put');
      expect(await store.has(digest)).toBe(false);
      expect(await store.state(digest)).toBe('missing');
      await expect(store.get(digest)).rejects.toMatchObject({ kind: 'not-found' });
      await expect(store.getRange(digest, 0, 1)).rejects.toMatchObject({ kind: 'not-found' });
      await store.put(bytesOf('never put'));
      expect(await store.has(digest)).toBe(true);
      expect(await store.state(digest)).toBe('sound');
    });

    it('refuses an object whose bytes changed, with the place to restore', async () => {
      const digest = await store.put(bytesOf('true'));
      await overwrite(place, digest, 'fake');
      const reading = open(place).get(digest);
      await expect(reading).rejects.toMatchObject({ kind: 'corrupt-object' });
      await expect(reading).rejects.toThrow(store.place(digest));
      expect(await store.state(digest)).toBe('changed');
    });

    it('reads a range alone, and never over the end', async () => {
      const digest = await store.put(bytesOf('0123456789'));
      expect(textOf(await store.getRange(digest, 3, 4))).toBe('3456');
      expect((await store.getRange(digest, 10, 0)).length).toBe(0);
      await expect(store.getRange(digest, 8, 3)).rejects.toMatchObject({ kind: 'corrupt-object' });
    });

    it('gives back each member of a pack', async () => {
      const blobs = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(blobs, async (members) => {
          const pack = packMembers(members);
          const digest = await store.put(pack.bytes);
          const back = await Promise.all(
            pack.members.map(({ offset, length }) => store.getRange(digest, offset, length)),
          );
          expect(back.map((bytes) => [...bytes])).toEqual(members.map((bytes) => [...bytes]));
          expect(pack.bytes.length).toBe(members.reduce((sum, { length }) => sum + length, 0));
        }),
        { numRuns: 10 },
      );
    });

    it('has a path of the whole object for engines', async () => {
      const digest = await store.put(bytesOf('read as a file'));
      expect(readFileSync(await store.path(digest), 'utf8')).toBe('read as a file');
    });

    it('moves a finished file in, which is gone from where it was, and lets one go that it has', async () => {
      for (const name of ['first', 'second']) {
        const path = join(place.base, name);
        writeFileSync(path, 'many rows');
        const digest = await store.putFile(path);
        expect(digest).toBe(digestBytes('many rows'));
        expect(textOf(await store.get(digest))).toBe('many rows');
        expect(existsSync(path)).toBe(false);
      }
      expect(await listed(store)).toEqual(new Map([[digestBytes('many rows'), 9]]));
    });

    it('knows what every database counts on, said before there were claims too', async () => {
      const digest = await open(place, 'this').put(bytesOf('claimed'));
      const theirs = await open(place, 'other').put(bytesOf('theirs'));
      const known = digestBytes('known');
      const cut = open(place, 'this').claimAtFirst(() => Promise.reject(new Error('cut')));
      await expect(cut).rejects.toThrow('cut');
      let asked = 0;
      const look = async () => {
        asked++;
        return [known];
      };
      for (let time = 0; time < 2; time++) await open(place, 'this').claimAtFirst(look);
      expect(asked).toBe(1);
      const { own, others } = await open(place, 'this').claims();
      expect([...own].sort()).toEqual([known, digest].sort());
      expect([...others]).toEqual([theirs]);
    });

    it('takes an object away, unless it was put since, and has it again when it is put again', async () => {
      const before = new Date(Date.now() - 60_000);
      const after = new Date(Date.now() + 60_000);
      const owned = open(place, 'this');
      const digest = await owned.put(bytesOf('garbage'));
      expect(await owned.remove(digest, before)).toBe(false);
      expect(await owned.has(digest)).toBe(true);
      expect(await owned.remove(digest, after)).toBe(true);
      expect(await owned.remove(digest, after)).toBe(false);
      expect(await owned.has(digest)).toBe(false);
      await expect(owned.get(digest)).rejects.toMatchObject({ kind: 'not-found' });
      expect(await listed(owned)).toEqual(new Map());
      await owned.put(bytesOf('garbage'));
      expect(textOf(await open(place).get(digest))).toBe('garbage');
    });

    /** What executors leave, whose task was run twice. */
    const theirs = async (job: string) => {
      const blobs = [bytesOf('one'), bytesOf('two')];
      const left = [];
      for (let time = 0; time < 2; time++)
        left.push(await leavePack(await store.invite(job), blobs));
      expect(left[1]).toEqual(left[0]);
      return left[0] as readonly [WaitingMember, WaitingMember];
    };
    const soon = () => new Date(Date.now() + 60_000);
    const leftovers = () => store.leftovers(soon(), soon());

    it('adopts packs that executors left, the second time too', async () => {
      const owned = open(place, 'this');
      const members = await theirs('a job');
      for (let time = 0; time < 2; time++) await owned.adopt(members);
      const [, { pack, offset, length }] = members;
      for (let time = 0; time < 2; time++) await owned.dismiss('a job');
      expect(await leftovers()).toEqual([]);
      expect(textOf(await owned.getRange(pack, offset, length))).toBe('two');
      expect(await owned.state(pack)).toBe('sound');
      expect([...(await owned.claims()).own]).toEqual([pack]);
      expect(await owned.put(bytesOf('onetwo'))).toBe(pack);
    });

    it('refuses packs that can not be seen, or end too early', async () => {
      const [first] = await theirs('a job');
      const unseen = { ...first, pack: digestBytes('elsewhere') };
      for (const [member, least] of [
        [unseen, first.length],
        [{ ...first, length: 7 }, 7],
      ] as const) {
        const adopting = store.adopt([first, member]);
        await expect(adopting).rejects.toSatisfy(isLostPack);
        await expect(adopting).rejects.toThrow(
          new RegExp(`An executor left .*, at least ${least} bytes`),
        );
      }
    });

    it('lets go of what executors left, once nobody adopts it any more', async () => {
      await theirs('a lost job');
      expect(await store.leftovers(soon(), new Date(Date.now() - 60_000))).toEqual([]);
      const [leftover, ...others] = await leftovers();
      expect(others).toEqual([]);
      expect(leftover).toMatchObject({ bytes: 6, place: expect.stringContaining('a lost job') });
      await leftover?.remove();
      expect(await leftovers()).toEqual([]);
    });

    it('keeps a snapshot that is a folder, its files and the layout that names them', async () => {
      const owned = open(place, 'this');
      const files = { 'part-0.parquet': 'some rows', 'part-1.parquet': 'others' };
      const folder = (name: string) => {
        const path = join(place.base, name);
        mkdirSync(path);
        const named = Object.entries(files).map(([file, text]) => {
          writeFileSync(join(path, file), text);
          return { name: file, bytes: text.length };
        });
        writeFileSync(join(path, LAYOUT_FILE), JSON.stringify({ columns: [], files: named }));
        return path;
      };
      const digest = await owned.putFile(folder('snapshot'));
      expect(existsSync(join(place.base, 'snapshot'))).toBe(false);
      expect(await owned.putFile(folder('again'))).toBe(digest);
      expect(await owned.has(digest)).toBe(true);
      expect(await owned.state(digest)).toBe('sound');
      const path = await owned.path(digest);
      for (const [file, text] of Object.entries(files))
        expect(readFileSync(join(path, file), 'utf8')).toBe(text);
      const layoutBytes = readFileSync(join(path, LAYOUT_FILE)).length;
      expect(await listed(owned)).toEqual(new Map([[digest, 15 + layoutBytes]]));
      expect(await owned.remove(digest, new Date(Date.now() + 60_000))).toBe(true);
      expect([await owned.has(digest), await owned.state(digest)]).toEqual([false, 'missing']);
      expect(existsSync(path)).toBe(false);
      expect(await leftovers()).toEqual([]);
    });
  });
}
