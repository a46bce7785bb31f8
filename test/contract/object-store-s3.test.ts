import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkObjects } from '../../src/compose/objects.ts';
import { readConfig } from '../../src/config.ts';
import type { Digest } from '../../src/domain/digest.ts';
import { isFailure } from '../../src/domain/failure.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import type { ObjectStore } from '../../src/stores/object-store.ts';
import { packMembers } from '../../src/stores/objects/pack.ts';
import { S3Bucket } from '../../src/stores/objects/s3/bucket.ts';
import { createS3ObjectStore } from '../../src/stores/objects/s3/s3-object-store.ts';
import { type CuttableProxy, startCuttableProxy } from '../support/cuttable-proxy.ts';
import { BUCKET, s3Environment, startTestS3, type TestS3 } from '../support/s3.ts';
import { bytesOf, describeObjectStore, type Place, textOf } from './describe-object-store.ts';

let s3: TestS3;
let proxy: CuttableProxy;

beforeAll(async () => {
  s3 = await startTestS3();
  proxy = await startCuttableProxy(s3.port);
});
afterAll(async () => {
  await proxy?.close();
  await s3?.stop();
});
beforeEach(() => {
  for (const [name, value] of Object.entries(s3.environment)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const inBucket = ({ base }: Pick<Place, 'base'>, bucket = BUCKET) => ({
  bucket,
  prefix: `${basename(base)}/`,
  isPathStyle: true,
});

function open(place: Place, owner?: string): ObjectStore {
  const asked = owner === undefined ? null : async () => owner;
  return createS3ObjectStore(inBucket(place), place.folder, asked);
}

function keyOf({ base }: Pick<Place, 'base'>, digest: Digest): string {
  const hex = digest.slice('sha256:'.length);
  return `${basename(base)}/sha256/${hex.slice(0, 2)}/${hex.slice(2)}`;
}

describeObjectStore('a bucket', {
  open,
  overwrite: async (place, digest, text) => {
    await s3.write(keyOf(place, digest), text);
    rmSync(place.folder, { recursive: true });
  },
});

describe('objects in a bucket', () => {
  let place: Place;
  let store: ObjectStore;

  beforeEach(() => {
    const base = mkdtempSync(join(tmpdir(), 'partita-s3-'));
    place = { base, folder: join(base, 'objects') };
    store = open(place, 'this');
  });
  afterEach(() => {
    rmSync(place.base, { recursive: true, force: true });
  });

  const soon = () => new Date(Date.now() + 60_000);
  /** The same objects seen from a machine that has none of them. */
  const elsewhere = (): ObjectStore => open({ ...place, folder: join(place.base, 'elsewhere') });
  const cachedElsewhere = () => readdirSync(join(place.base, 'elsewhere'));
  const uploads = async () => {
    const at = { Bucket: BUCKET, Prefix: basename(place.base) };
    return (await s3.client.send(new ListMultipartUploadsCommand(at))).Uploads ?? [];
  };
  /** Of two parts. */
  const large = () => Buffer.alloc(18 * 2 ** 20, 'large ');
  const writeLarge = () => {
    const path = join(place.base, 'large');
    writeFileSync(path, large());
    return path;
  };

  it('are never overwritten', async () => {
    const digest = digestBytes('true');
    await s3.write(keyOf(place, digest), 'fake');
    await store.put(bytesOf('true'));
    expect(await s3.text(keyOf(place, digest))).toBe('fake');
    await s3.write(keyOf(place, digest), 'longer');
    await expect(store.put(bytesOf('true'))).rejects.toMatchObject({ kind: 'corrupt-object' });
    expect(await s3.text(keyOf(place, digest))).toBe('longer');
  });

  it('are read by range elsewhere, without the rest, and brought whole for an engine once', async () => {
    const { bytes, members } = packMembers(['first', 'second'].map(bytesOf));
    const digest = await store.put(bytes);
    const away = elsewhere();
    const [, second] = members;
    const range = await away.getRange(digest, second?.offset ?? 0, second?.length ?? 0);
    expect(textOf(range)).toBe('second');
    mkdirSync(join(place.base, 'elsewhere'), { recursive: true });
    expect(cachedElsewhere()).toEqual([]);
    const paths = await Promise.all(Array.from({ length: 4 }, () => away.path(digest)));
    expect(new Set(paths).size).toBe(1);
    expect(readFileSync(paths[0] as string, 'utf8')).toBe('firstsecond');
    await s3.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: keyOf(place, digest) }));
    expect(readFileSync(await away.path(digest), 'utf8')).toBe('firstsecond');
    expect(readdirSync(join(place.base, 'elsewhere', 'incoming'))).toEqual([]);
  });

  it('do not come to an engine with other bytes', async () => {
    const digest = await store.put(bytesOf('true'));
    await s3.write(keyOf(place, digest), 'fake');
    const away = elsewhere();
    await expect(away.path(digest)).rejects.toMatchObject({ kind: 'corrupt-object' });
    expect(cachedElsewhere()).toEqual(['incoming']);
    expect(readdirSync(join(place.base, 'elsewhere', 'incoming'))).toEqual([]);
    await expect(away.path(digestBytes('?'))).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('go in parts where they are large, by two at once too, and the second time not at all', async () => {
    const digest = await store.putFile(writeLarge());
    expect(await store.state(digest)).toBe('sound');
    expect((await elsewhere().getRange(digest, 17 * 2 ** 20, 6)).length).toBe(6);
    expect(await store.remove(digest, new Date(Date.now() + 60_000))).toBe(true);
    const other = open({ ...place, folder: join(place.base, 'elsewhere') }, 'other');
    await Promise.all([store.putFile(writeLarge()), other.put(large())]);
    expect(await store.state(digest)).toBe('sound');
    expect(await uploads()).toEqual([]);
  }, 60_000);

  it('are not half there where the connection breaks, and whole at the next attempt', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://127.0.0.1:${proxy.port}`);
    const far = open(place, 'this');
    expect(await far.has(digestBytes('nothing'))).toBe(false);
    vi.stubEnv('AWS_ENDPOINT_URL_S3', s3.environment['AWS_ENDPOINT_URL_S3']);
    proxy.cutAfter(17 * 2 ** 20);
    const putting = far.putFile(writeLarge());
    await expect(putting).rejects.toMatchObject({ kind: 'unreachable' });
    await expect(putting).rejects.toThrow(/can't be reached/);
    const digest = digestBytes(large());
    expect(await elsewhere().has(digest)).toBe(false);
    expect(await s3.keys(`${basename(place.base)}/sha256/`)).toEqual([]);
    proxy.cutAfter(Number.POSITIVE_INFINITY);
    for (let time = 0; time < 2; time++) {
      expect(await far.putFile(writeLarge())).toBe(digest);
      expect(await elsewhere().state(digest)).toBe('sound');
    }
  }, 60_000);

  it('leave nothing of uploads that nobody has ended, once they are collected', async () => {
    const Key = keyOf(place, digestBytes('cut off'));
    await s3.client.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key }));
    const others = { Bucket: BUCKET, Key: `${basename(place.base)}/of-others` };
    const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand(others));
    expect(await store.leftovers(new Date(0), soon())).toEqual([]);
    const [leftover, ...more] = await store.leftovers(soon(), soon());
    expect(leftover?.place).toContain(`s3://${BUCKET}/${Key}`);
    expect(more).toEqual([]);
    await leftover?.remove();
    expect((await uploads()).map((upload) => upload.Key)).toEqual([others.Key]);
    await s3.client.send(new AbortMultipartUploadCommand({ ...others, UploadId }));
  });

  it('are not put while a collector may take them away, unless that is long dead', async () => {
    const digest = digestBytes('wanted again');
    const hex = digest.slice('sha256:'.length);
    await s3.write(`${basename(place.base)}/removals/${hex}/another`, '');
    const putting = store.put(bytesOf('wanted again'));
    await expect(putting).rejects.toMatchObject({ kind: 'unreachable' });
    await expect(putting).rejects.toThrow(/is being collected/);
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 20 * 60_000);
    try {
      expect(await store.put(bytesOf('wanted again'))).toBe(digest);
    } finally {
      vi.restoreAllMocks();
    }
    expect(await s3.keys(`${basename(place.base)}/removals/`)).toEqual([]);
  });

  it('are put again where a collector was done between', async () => {
    const digest = digestBytes('wanted again');
    const hex = digest.slice('sha256:'.length);
    const taken = [keyOf(place, digest), `${basename(place.base)}/claims/${hex}/this`];
    const looking = vi.spyOn(S3Bucket.prototype, 'list');
    looking.mockImplementationOnce(async function* (this: S3Bucket, start) {
      for (const Key of taken)
        await s3.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }));
      yield* this.list(start);
    });
    try {
      await store.put(bytesOf('wanted again'));
      expect(looking).toHaveBeenCalledTimes(3);
    } finally {
      looking.mockRestore();
    }
    expect(await s3.keys(`${basename(place.base)}/`)).toEqual(taken.toReversed());
  });

  it('stay where they were put since by the clock of the bucket, which may be behind', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 10 * 60_000);
    try {
      const begun = new Date(Date.now());
      const digest = await store.put(bytesOf('of a new run'));
      expect(await store.remove(digest, begun)).toBe(false);
      expect(await elsewhere().has(digest)).toBe(true);
    } finally {
      vi.restoreAllMocks();
    }
  });

  it('are said to be collected by each collector for itself', async () => {
    const digest = await store.put(bytesOf('unwanted'));
    const hex = digest.slice('sha256:'.length);
    const other = `${basename(place.base)}/removals/${hex}/another`;
    await s3.write(other, '');
    expect(await store.remove(digest, new Date(Date.now() + 60_000))).toBe(true);
    expect(await s3.keys(`${basename(place.base)}/removals/`)).toEqual([other]);
  });

  it('are not put from a cache that holds other bytes, which goes', async () => {
    const digest = digestBytes('true');
    const cached = join(
      place.folder,
      keyOf(place, digest).slice(`${basename(place.base)}/`.length),
    );
    mkdirSync(dirname(cached), { recursive: true });
    writeFileSync(cached, 'fake');
    await expect(store.put(bytesOf('true'))).rejects.toMatchObject({ kind: 'corrupt-object' });
    expect(await s3.keys(`${basename(place.base)}/sha256/`)).toEqual([]);
    await store.put(bytesOf('true'));
    expect(await elsewhere().state(digest)).toBe('sound');
  });
});

describe('a bucket that can not be used', () => {
  const place = { base: '/nowhere', folder: join(tmpdir(), 'partita-s3-none') };
  const failureOf = async (bucket?: string) => {
    const store = createS3ObjectStore(inBucket(place, bucket), place.folder);
    const error: unknown = await store.has(digestBytes('x')).catch((thrown: unknown) => thrown);
    if (!isFailure(error)) throw error;
    const { cause } = error;
    const told = `${error.stack} ${cause instanceof Error ? cause.stack : ''} ${JSON.stringify(cause)}`;
    for (const secret of ['testing-key', 'testing-secret']) expect(told).not.toContain(secret);
    return error;
  };
  const allowRequests = (count: number) =>
    fetch(`http://127.0.0.1:${s3.port}/moto-api/reset-auth`, { method: 'POST', body: `${count}` });

  it('is named where there is none of that name', async () => {
    const failure = await failureOf('no-such-bucket');
    expect(failure.kind).toBe('unreachable');
    expect(failure.message).toMatch(/^There is no bucket "no-such-bucket": make it/);
  });

  it('is named where it refuses who we are, and where nobody is known', async () => {
    await allowRequests(0);
    try {
      const refused = await failureOf();
      expect(refused.kind).toBe('unreachable');
      expect(refused.message).toMatch(/^S3 refuses the bucket "objects-of-tests" to these/);
    } finally {
      await allowRequests(1e9);
    }
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
    expect((await failureOf()).message).toMatch(/AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY/);
  });

  it('is named where its server is not there, or its region is not known', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_S3', s3Environment(1)['AWS_ENDPOINT_URL_S3']);
    expect((await failureOf()).message).toMatch(/^S3 can't be reached .* \(ECONNREFUSED\)/);
    vi.stubEnv('AWS_REGION', undefined);
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
    expect((await failureOf()).message).toMatch(/set AWS_REGION\.$/);
  });

  it('is what the doctor finds, and what it finds of one that does all that is needed', async () => {
    const asked = (address: string) =>
      checkObjects(readConfig({ PARTITA_OBJECTS: address, ...s3.environment }));
    expect(await asked(`s3://${BUCKET}/probed`)).toMatchObject([{ level: 'ok', remedy: null }]);
    expect(await s3.keys('probed/')).toEqual([]);
    const [finding] = await asked('s3://no-such-bucket');
    expect(finding).toMatchObject({ name: 'objects', level: 'problem' });
    expect(finding?.found).toMatch(/There is no bucket "no-such-bucket"/);
    const copying = vi.spyOn(S3Bucket.prototype, 'copy').mockResolvedValue(false);
    try {
      const [unable] = await asked(`s3://${BUCKET}/probed`);
      expect(unable?.found).toMatch(/does not copy an object .* on CopyObject/);
    } finally {
      copying.mockRestore();
    }
    expect(await s3.keys('probed/')).toEqual([]);
  });
});
