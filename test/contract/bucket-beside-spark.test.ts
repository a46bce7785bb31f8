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
import { basename, join } from 'node:path';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { LAYOUT_FILE } from '../../src/frame/snapshot-layout.ts';
import type { ObjectStore } from '../../src/stores/object-store.ts';
import { createFileObjectStore } from '../../src/stores/objects/file-object-store.ts';
import { isLostPack } from '../../src/stores/objects/lost-pack.ts';
import { leavePack, type WaitingMember } from '../../src/stores/objects/pack-target.ts';
import { createS3ObjectStore } from '../../src/stores/objects/s3/s3-object-store.ts';
import { BUCKET, s3Environment, startTestS3, type TestS3 } from '../support/s3.ts';
import { bytesOf, type Place } from './describe-object-store.ts';

const SNAPSHOT = { 'part-0.parquet': 'some rows', 'part-1.parquet': 'others' };

let s3: TestS3;

beforeAll(async () => {
  s3 = await startTestS3();
});
afterAll(() => s3?.stop());

describe('what Spark leaves for a bucket', () => {
  let place: Place;
  let store: ObjectStore;

  beforeEach(() => {
    for (const [name, value] of Object.entries(s3.environment)) vi.stubEnv(name, value);
    const base = mkdtempSync(join(tmpdir(), 'partita-s3-'));
    place = { base, folder: join(base, 'objects') };
    store = open(place.folder, 'this');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(place.base, { recursive: true, force: true });
  });

  const open = (folder: string, owner: string): ObjectStore => {
    const at = { bucket: BUCKET, prefix: `${basename(place.base)}/`, isPathStyle: true };
    return createS3ObjectStore(at, folder, async () => owner);
  };
  const soon = () => new Date(Date.now() + 60_000);
  /** The same objects seen from a machine that has none of them. */
  const elsewhere = () => open(join(place.base, 'elsewhere'), 'this');
  const cachedElsewhere = () => readdirSync(join(place.base, 'elsewhere'));
  /** A folder as Spark and we have written it. */
  const writeSnapshot = () => {
    const path = join(place.base, 'snapshot');
    mkdirSync(path);
    const files = Object.entries(SNAPSHOT).map(([name, text]) => {
      writeFileSync(join(path, name), text);
      return { name, bytes: text.length };
    });
    writeFileSync(join(path, LAYOUT_FILE), JSON.stringify({ columns: [], files }));
    return path;
  };

  it('is a snapshot in a folder, whole wherever it is brought', async () => {
    const digest = await store.putFile(writeSnapshot());
    expect(await s3.keys(`${basename(place.base)}/folders/`)).toHaveLength(2);
    const away = elsewhere();
    const paths = await Promise.all(Array.from({ length: 4 }, () => away.path(digest)));
    const [path = ''] = new Set(paths);
    expect(readdirSync(path).sort()).toEqual([LAYOUT_FILE, ...Object.keys(SNAPSHOT)]);
    for (const [name, text] of Object.entries(SNAPSHOT))
      expect(readFileSync(join(path, name), 'utf8')).toBe(text);
    expect(readdirSync(join(place.base, 'elsewhere', 'incoming'))).toEqual([]);
  });

  it('is no snapshot where a file of it is gone, or shorter', async () => {
    const digest = await store.putFile(writeSnapshot());
    const [first = '', second = ''] = await s3.keys(`${basename(place.base)}/folders/`);
    await s3.write(first, 'cut');
    for (const _change of ['cut', 'gone']) {
      expect(await store.state(digest)).toBe('changed');
      const bringing = elsewhere().path(digest);
      await expect(bringing).rejects.toMatchObject({ kind: 'corrupt-object' });
      await expect(bringing).rejects.toThrow(`s3://${BUCKET}/`);
      expect(cachedElsewhere()).toEqual(['incoming']);
      expect(readdirSync(join(place.base, 'elsewhere', 'incoming'))).toEqual([]);
      await s3.write(first, SNAPSHOT['part-0.parquet']);
      await s3.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: second }));
    }
  });

  it('leaves no copy in the cache where the bucket is away: the next attempt writes another', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_S3', s3Environment(1)['AWS_ENDPOINT_URL_S3']);
    await expect(store.putFile(writeSnapshot())).rejects.toMatchObject({ kind: 'unreachable' });
    const left = readdirSync(join(place.folder, 'sha256'), { recursive: true, encoding: 'utf8' });
    expect(left.filter((name) => name.includes('/'))).toEqual([]);
    expect(readdirSync(join(place.folder, 'incoming'))).toEqual([]);
  });

  it('is sent with credentials that last, as long as anybody has any', async () => {
    const invited = async (id: string, minutes: number) => {
      vi.stubEnv('AWS_ACCESS_KEY_ID', id);
      const end = new Date(Date.now() + minutes * 60_000).toISOString();
      vi.stubEnv('AWS_CREDENTIAL_EXPIRATION', end);
      return JSON.stringify(await store.invite('job'));
    };
    expect(await invited('soon-over', 30)).toContain('soon-over/');
    expect(await invited('renewed', 600)).toContain('renewed/');
    expect(await invited('not-asked-for', 600)).toContain('renewed/');
  });

  it('goes where the files of a snapshot were put and its layout never', async () => {
    await store.putFile(writeSnapshot());
    const [layout = ''] = await s3.keys(`${basename(place.base)}/sha256/`);
    await s3.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: layout }));
    expect(await store.leftovers(new Date(0), soon())).toEqual([]);
    const [leftover, ...more] = await store.leftovers(soon(), soon());
    expect(more).toEqual([]);
    expect(leftover).toMatchObject({ bytes: 15, place: expect.stringContaining('/folders/') });
    await leftover?.remove();
    expect(await s3.keys(`${basename(place.base)}/folders/`)).toEqual([]);
  });

  it('comes from executors without a byte through the folder, and with the right ones only', async () => {
    const target = await store.invite('job');
    const [member] = await leavePack(target, [bytesOf('a model')]);
    const { pack } = member as WaitingMember;
    const waiting = `${basename(place.base)}/incoming/job/${pack.slice('sha256:'.length)}`;
    expect(await s3.keys(`${basename(place.base)}/`)).toEqual([waiting]);
    expect(JSON.stringify(target)).not.toContain('testing-secret');
    await s3.write(waiting, 'a fraud');
    const fraud = await store.adopt([member!]).catch((error: unknown) => error);
    expect(fraud).toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/other bytes/),
    });
    expect(isLostPack(fraud)).toBe(true);
    expect(await s3.keys(`${basename(place.base)}/sha256/`)).toEqual([]);
    await leavePack(target, [bytesOf('a model')]);
    await store.adopt([member!]);
    expect(existsSync(place.folder)).toBe(false);
    const [key = ''] = await s3.keys(`${basename(place.base)}/sha256/`);
    expect(await s3.text(key)).toBe('a model');
    await store.dismiss('job');
    expect(await s3.keys(`${basename(place.base)}/incoming/`)).toEqual([]);
    // What is there is not asked for again.
    await store.adopt([member!]);
  });

  it('is listed and let go beyond a page', async () => {
    const count = 1_001;
    const start = `${basename(place.base)}/incoming/a job`;
    for (let first = 0; first < count; first += 50) {
      const some = Array.from({ length: Math.min(50, count - first) }, (_, i) => first + i);
      await Promise.all(some.map((i) => s3.write(`${start}/${i}`, 'x')));
    }
    const [leftover, ...more] = await store.leftovers(soon(), soon());
    expect([leftover?.bytes, more]).toEqual([count, []]);
    await store.dismiss('a job');
    expect(await s3.keys(start)).toEqual([]);
  }, 120_000);

  it('goes from the cache where another has taken it from the bucket', async () => {
    const digest = await store.put(bytesOf('everywhere'));
    const away = elsewhere();
    const near = await away.path(digest);
    expect(await store.remove(digest, new Date(Date.now() + 60_000))).toBe(true);
    const listed: Digest[] = [];
    for await (const one of away.list()) listed.push(one.digest);
    expect(listed).toEqual([digest]);
    expect(await away.remove(digest, new Date(0))).toBe(false);
    expect(existsSync(near)).toBe(true);
    expect(await away.remove(digest, new Date(Date.now() + 60_000))).toBe(true);
    expect(existsSync(near)).toBe(false);
  });

  it('is not all in the folder: others may keep files there, and count on them', async () => {
    const files = createFileObjectStore(place.folder, async () => 'neighbour');
    const digest = await files.put(bytesOf('theirs'));
    expect([...(await store.claims()).others]).toEqual([digest]);
  });
});
