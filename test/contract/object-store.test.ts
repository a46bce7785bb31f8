import {
  appendFileSync,
  chmodSync,
  existsSync,
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
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestBytes } from '../../src/frame/digest.ts';
import type { ObjectStore } from '../../src/stores/object-store.ts';
import { failureOf } from '../../src/stores/objects/file-failure.ts';
import { createFileObjectStore } from '../../src/stores/objects/file-object-store.ts';
import { bytesOf, describeObjectStore, textOf } from './describe-object-store.ts';

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

/** Changes what lies under a digest, as a bad disk would. */
function overwrite(digest: Parameters<ObjectStore['place']>[0], text: string): void {
  chmodSync(store.place(digest), 0o600);
  writeFileSync(store.place(digest), text);
}

describeObjectStore('files', {
  open: (place, owner) =>
    createFileObjectStore(place.folder, owner === undefined ? null : async () => owner),
  overwrite: (place, digest, text) => {
    const path = createFileObjectStore(place.folder).place(digest);
    chmodSync(path, 0o600);
    writeFileSync(path, text);
  },
});

describe('a claim', () => {
  const owned = () => createFileObjectStore(folder, async () => 'this');

  it('is read behind one that a power cut left half-written', async () => {
    const first = await owned().put(bytesOf('first'));
    appendFileSync(join(folder, 'owners', 'this'), 'c0ffee');
    const next = await owned().put(bytesOf('next'));
    expect([...(await owned().claims()).own]).toEqual([first, next]);
  });
});

describe('an object', () => {
  it('is written once: the second time changes nothing', async () => {
    const digest = await store.put(bytesOf('once'));
    const before = statSync(store.place(digest));
    expect(await store.put(bytesOf('once'))).toBe(digest);
    const after = statSync(store.place(digest));
    expect(after.ino).toBe(before.ino);
    // Setting the time of access gives the other back to the microsecond.
    expect(after.mtimeMs).toBeCloseTo(before.mtimeMs, 1);
  });

  it('lies where its digest says, readable by this user only', async () => {
    const digest = await store.put(bytesOf('private'));
    const hex = digest.slice('sha256:'.length);
    expect(store.place(digest)).toBe(join(folder, 'sha256', hex.slice(0, 2), hex.slice(2)));
    expect(statSync(store.place(digest)).mode & 0o777).toBe(0o400);
    for (const path of [folder, dirname(store.place(digest)), join(folder, 'incoming')]) {
      expect(statSync(path).mode & 0o777).toBe(0o700);
    }
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
    rmSync(store.place(digest));
    symlinkSync(elsewhere, store.place(digest));
    expect(await store.has(digest)).toBe(false);
    await expect(store.get(digest)).rejects.toMatchObject({ kind: 'corrupt-object' });
    await expect(store.getRange(digest, 0, 2)).rejects.toMatchObject({ kind: 'corrupt-object' });
    await store.put(bytesOf('linked'));
    expect(textOf(await store.get(digest))).toBe('linked');
    expect(readFileSync(elsewhere, 'utf8')).toBe('linked');
  });
});

describe('a finished file', () => {
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
