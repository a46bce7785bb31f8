import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestBytes } from '../../src/frame/digest.ts';
import { LAYOUT_FILE } from '../../src/frame/snapshot-layout.ts';
import type { ObjectStore } from '../../src/stores/object-store.ts';
import {
  openFolder,
  type WaitingMember,
  writePack,
} from '../../src/stores/objects/executors-folder.ts';
import { failureOf } from '../../src/stores/objects/file-failure.ts';
import { createFileObjectStore } from '../../src/stores/objects/file-object-store.ts';
import { packMembers } from '../../src/stores/objects/pack.ts';

let base: string;
let folder: string;
let store: ObjectStore;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'partita-objects-'));
  folder = join(base, 'objects');
  store = createFileObjectStore(folder);
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Changes what lies under a digest, as a bad disk would. */
function overwrite(digest: Parameters<ObjectStore['path']>[0], text: string): void {
  chmodSync(store.path(digest), 0o600);
  writeFileSync(store.path(digest), text);
}

describe('a claim', () => {
  const owned = () => createFileObjectStore(folder, async () => 'this');

  it('is read behind one that a power cut left half-written', async () => {
    const first = await owned().put(bytesOf('first'));
    appendFileSync(join(folder, 'owners', 'this'), 'c0ffee');
    const next = await owned().put(bytesOf('next'));
    expect([...(await owned().claims()).own]).toEqual([first, next]);
  });

  it('of everything that is known is made once, and whole, though single ones came before', async () => {
    const single = await owned().put(bytesOf('single'));
    const known = digestBytes(bytesOf('known'));
    const cut = owned().claimAtFirst(() => Promise.reject(new Error('cut')));
    await expect(cut).rejects.toThrow('cut');
    let asked = 0;
    const look = async () => {
      asked++;
      return [known];
    };
    for (let time = 0; time < 2; time++) await owned().claimAtFirst(look);
    expect(asked).toBe(1);
    const { own, others } = await owned().claims();
    expect([...own].sort()).toEqual([known, single].sort());
    expect(others.size).toBe(0);
    expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
  });
});

describe('an object', () => {
  it('is given back by its digest, whatever its bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (bytes) => {
        const digest = await store.put(bytes);
        expect(digest).toBe(digestBytes(bytes));
        expect(Buffer.from(await store.get(digest)).equals(bytes)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('is written once: the second time changes nothing', async () => {
    const digest = await store.put(bytesOf('once'));
    const before = statSync(store.path(digest));
    expect(await store.put(bytesOf('once'))).toBe(digest);
    const after = statSync(store.path(digest));
    expect(after.ino).toBe(before.ino);
    // Setting the time of access gives the other back to the microsecond.
    expect(after.mtimeMs).toBeCloseTo(before.mtimeMs, 1);
  });

  it('may be put by many writers at once', async () => {
    const stores = Array.from({ length: 8 }, () => createFileObjectStore(folder));
    const big = new Uint8Array(200_000).fill(7);
    const digests = await Promise.all(stores.flatMap((one) => [one.put(big), one.put(big)]));
    expect(new Set(digests).size).toBe(1);
    expect((await store.get(digestBytes(big))).length).toBe(big.length);
    expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
  });

  it('lies where its digest says, readable by this user only', async () => {
    const digest = await store.put(bytesOf('private'));
    const hex = digest.slice('sha256:'.length);
    expect(store.path(digest)).toBe(join(folder, 'sha256', hex.slice(0, 2), hex.slice(2)));
    expect(statSync(store.path(digest)).mode & 0o777).toBe(0o400);
    for (const path of [folder, dirname(store.path(digest)), join(folder, 'incoming')]) {
      expect(statSync(path).mode & 0o777).toBe(0o700);
    }
  });

  it('that is not there is not found', async () => {
    const digest = digestBytes('never put');
    expect(await store.has(digest)).toBe(false);
    await expect(store.get(digest)).rejects.toMatchObject({ kind: 'not-found' });
    await expect(store.getRange(digest, 0, 1)).rejects.toMatchObject({ kind: 'not-found' });
    await store.put(bytesOf('never put'));
    expect(await store.has(digest)).toBe(true);
  });

  it('whose bytes changed is refused, with the path to restore', async () => {
    const digest = await store.put(bytesOf('true'));
    overwrite(digest, 'fake');
    const reading = store.get(digest);
    await expect(reading).rejects.toMatchObject({ kind: 'corrupt-object' });
    await expect(reading).rejects.toThrow(store.path(digest));
  });

  it('that a power cut left half written is written again', async () => {
    const digest = await store.put(bytesOf('a whole sentence'));
    overwrite(digest, 'a wh');
    await store.put(bytesOf('a whole sentence'));
    expect(textOf(await store.get(digest))).toBe('a whole sentence');
  });

  it('is never a symbolic link', async () => {
    const digest = await store.put(bytesOf('linked'));
    const elsewhere = join(base, 'elsewhere');
    writeFileSync(elsewhere, 'linked');
    rmSync(store.path(digest));
    symlinkSync(elsewhere, store.path(digest));
    expect(await store.has(digest)).toBe(false);
    await expect(store.get(digest)).rejects.toMatchObject({ kind: 'corrupt-object' });
    await expect(store.getRange(digest, 0, 2)).rejects.toMatchObject({ kind: 'corrupt-object' });
    await store.put(bytesOf('linked'));
    expect(textOf(await store.get(digest))).toBe('linked');
    expect(readFileSync(elsewhere, 'utf8')).toBe('linked');
  });
});

describe('a range of an object', () => {
  it('is read alone, and never runs over the end', async () => {
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
      { numRuns: 20 },
    );
  });
});

describe('packs that executors left for the store', () => {
  const theirs = async () => {
    const place = { folder, job: 'a job' };
    for (let time = 0; time < 2; time++) await openFolder(place);
    return writePack(place, [bytesOf('one'), bytesOf('two')]);
  };

  it('are objects like all others once they are adopted, the second time too', async () => {
    const owned = createFileObjectStore(folder, async () => 'this');
    const members = await theirs();
    for (let time = 0; time < 2; time++) await owned.adopt(members);
    const [, { pack, offset, length }] = members as readonly [WaitingMember, WaitingMember];
    for (let time = 0; time < 2; time++) await owned.dismiss('a job');
    expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
    expect(textOf(await owned.getRange(pack, offset, length))).toBe('two');
    expect(await owned.state(pack)).toBe('sound');
    expect([...(await owned.claims()).own]).toEqual([pack]);
    expect(await owned.put(bytesOf('onetwo'))).toBe(pack);
  });

  it('that can not be seen, or end too early, are refused with the folder to share', async () => {
    const [first] = (await theirs()) as readonly [WaitingMember, WaitingMember];
    const unseen = { ...first, pack: digestBytes('elsewhere') };
    for (const member of [unseen, { ...first, length: 7 }]) {
      const adopting = store.adopt([first, member]);
      await expect(adopting).rejects.toMatchObject({ kind: 'unreachable' });
      await expect(adopting).rejects.toThrow(`have to share ${folder}`);
    }
  });
});

describe('a finished file', () => {
  it('is moved in, and gone from where it was', async () => {
    const path = join(base, 'snapshot.parquet');
    writeFileSync(path, 'many rows');
    const digest = await store.putFile(path);
    expect(digest).toBe(digestBytes('many rows'));
    expect(textOf(await store.get(digest))).toBe('many rows');
    expect(existsSync(path)).toBe(false);
  });

  it('may be a snapshot in a folder, which is there like any other object', async () => {
    const path = join(base, 'snapshot');
    mkdirSync(path);
    writeFileSync(join(path, LAYOUT_FILE), '{"files":[]}');
    const digest = await store.putFile(path);
    expect(await store.has(digest)).toBe(true);
    rmSync(store.path(digest), { recursive: true });
    expect(await store.has(digest)).toBe(false);
  });

  it('whose bytes are there already is let go', async () => {
    const digest = await store.put(bytesOf('same'));
    const path = join(base, 'again');
    writeFileSync(path, 'same');
    expect(await store.putFile(path)).toBe(digest);
    expect(existsSync(path)).toBe(false);
  });

  it('is neither a link nor a folder nor missing', async () => {
    const link = join(base, 'link');
    writeFileSync(join(base, 'target'), 'x');
    symlinkSync(join(base, 'target'), link);
    await expect(store.putFile(link)).rejects.toMatchObject({ kind: 'corrupt-object' });
    await expect(store.putFile(base)).rejects.toThrow(/is not a file/);
    await expect(store.putFile(join(base, 'nowhere'))).rejects.toMatchObject({ kind: 'not-found' });
    expect(existsSync(join(base, 'target'))).toBe(true);
  });
});

describe('a disk that refuses', () => {
  it.each([
    ['ENOSPC', 'unreachable', /^No space left for sha256:ab in \/objects; free some/],
    ['EDQUOT', 'unreachable', /No space left/],
    ['EROFS', 'unreachable', /does not let this user read and write/],
    ['EACCES', 'unreachable', /give the folder to the user/],
  ])('by %s is a failure with a way out', (code, kind, sentence) => {
    const failure = failureOf(Object.assign(new Error(code), { code }), 'sha256:ab', '/objects');
    expect(failure).toMatchObject({ kind });
    expect(failure?.message).toMatch(sentence);
  });

  it('by anything else is an error as it came', () => {
    expect(failureOf(Object.assign(new Error('?'), { code: 'EIO' }), 'x', 'y')).toBeUndefined();
    expect(failureOf('no error', 'x', 'y')).toBeUndefined();
  });

  it('leaves no half-written file behind', async () => {
    await store.put(bytesOf('first'));
    const digest = digestBytes('second');
    const hex = digest.slice('sha256:'.length);
    // A file where the object's folder should be: the move fails after the bytes were written.
    writeFileSync(join(folder, 'sha256', hex.slice(0, 2)), 'in the way');
    await expect(store.put(bytesOf('second'))).rejects.toThrow();
    expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
  });
});
