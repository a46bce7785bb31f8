import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { BucketPlace } from '../../../domain/bucket.ts';
import { Failure } from '../../../domain/failure.ts';
import type { UploadForm } from '../upload-form.ts';
import { answerOf, bucketFailure } from './bucket-failure.ts';
import { type Signer, signForm } from './sign-form.ts';

/** What is larger goes in parts of this size, so that memory holds two of them; 10,000 parts are the most: 160 GB. */
const PART_BYTES = 16 * 2 ** 20;
const PARTS_AT_ONCE = 2;
const CONNECT_MS = 5_000;
/** Without a byte. */
const SILENCE_MS = 60_000;
/** Longer than a job works at a time: a batch of partitions, hours at most. */
const FORM_SECONDS = 86_400;
/** Credentials that end within this are asked for anew before a form is signed with them. */
const SHORT_MS = 3_600_000;
/** S3 tells the time of an object in whole seconds: it was put up to so long after. */
export const SECOND_MS = 999;

/** Bytes; `length`: at least one. */
type Range = { readonly offset: number; readonly length: number };
type SourceFile = {
  readonly path: string;
  readonly bytes: number;
  /** S3 compares it where the file goes in one piece. */
  readonly sha256?: Buffer;
};

type Stored = { readonly bytes: number; readonly putAt: Date };
type Unfinished = {
  readonly place: string;
  readonly begunAt: Date;
  readonly remove: () => Promise<void>;
};

/** Keys below the prefix of a bucket. Every method throws `Failure('unreachable')` with a way out where S3 refuses. */
export class S3Bucket {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  #url: string | undefined;

  constructor({ bucket, prefix, isPathStyle }: BucketPlace & { readonly isPathStyle: boolean }) {
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#client = new S3Client({
      forcePathStyle: isPathStyle,
      // What is sent has its digest with it where that matters, and what comes is checked against it; not every server knows more.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
    });
  }

  place(key: string): string {
    return `s3://${this.#bucket}/${this.#prefix}${key}`;
  }

  /** Null: there is none. */
  async head(key: string): Promise<Stored | null> {
    return this.#orFailure(async () => {
      try {
        const found = await this.#client.send(new HeadObjectCommand(this.#at(key)));
        return { bytes: found.ContentLength ?? 0, putAt: lastOf(found.LastModified) };
      } catch (error) {
        if (answerOf(error).status !== 404) throw error;
        await this.#insist();
        return null;
      }
    });
  }

  /** Hands on the bytes of an object as they come, and gives its tag; null: there is none. */
  async pour(key: string, into: (bytes: Readable) => Promise<void>): Promise<string | null> {
    return this.#orFailure(async () => {
      const found = await this.#read(key);
      if (found !== null) await into(found.body);
      return found && found.tag;
    });
  }

  /** The bytes of an object, or of a range of it up to its end; null: there is none, or the range begins behind its end. */
  async bytes(key: string, range?: Range): Promise<Uint8Array | null> {
    return this.#orFailure(async () => {
      const found = await this.#read(key, range);
      return found && Buffer.concat(await found.body.toArray());
    });
  }

  async #read(
    key: string,
    range?: Range,
  ): Promise<{ readonly body: Readable; readonly tag: string } | null> {
    const part = range && {
      Range: `bytes=${range.offset}-${range.offset + range.length - 1}`,
    };
    try {
      const found = await this.#client.send(new GetObjectCommand({ ...this.#at(key), ...part }));
      const { Body: body, ETag: tag = '' } = found;
      if (!(body instanceof Readable)) throw new TypeError(`${this.place(key)} has no body.`);
      return { body, tag };
    } catch (error) {
      const { name, status } = answerOf(error);
      if (name === 'NoSuchKey' || status === 416) return null;
      throw error;
    }
  }

  /**
   * Puts a file under a key, whole or not at all, with no more than two parts of it in memory; false: there is an object
   * already, or one that somebody puts just now.
   */
  async create(key: string, file: SourceFile): Promise<boolean> {
    return this.#orFailure(async () => {
      try {
        await this.#upload(key, file);
        return true;
      } catch (error) {
        const { status } = answerOf(error);
        if (status === 412 || status === 409) return false;
        throw error;
      }
    });
  }

  async #upload(key: string, { path, bytes, sha256 }: SourceFile): Promise<void> {
    const at = { ...this.#at(key), IfNoneMatch: '*' };
    if (bytes <= PART_BYTES) {
      const checksum = sha256 && { ChecksumSHA256: sha256.toString('base64') };
      const Body = await readFile(path);
      await this.#client.send(new PutObjectCommand({ ...at, Body, ...checksum }));
      return;
    }
    const Body = createReadStream(path);
    try {
      const sizes = { partSize: PART_BYTES, queueSize: PARTS_AT_ONCE };
      await new Upload({ client: this.#client, params: { ...at, Body }, ...sizes }).done();
    } finally {
      Body.destroy();
    }
  }

  /** Puts under a key what lies under another, where the bucket is; false: that is gone, or has another tag by now. */
  async copy(from: string, tag: string, to: string): Promise<boolean> {
    const path = `${this.#bucket}/${this.#prefix}${from}`;
    const CopySource = path.split('/').map(encodeURIComponent).join('/');
    const source = { CopySource, CopySourceIfMatch: tag };
    return this.#orFailure(async () => {
      try {
        await this.#client.send(new CopyObjectCommand({ ...this.#at(to), ...source }));
        return true;
      } catch (error) {
        const { name, status } = answerOf(error);
        if (name === 'NoSuchKey' || status === 412) return false;
        throw error;
      }
    });
  }

  /** Lets its bearer put objects whose keys begin so, for a day, or as long as our own credentials last. */
  async form(start: string): Promise<UploadForm> {
    return this.#orFailure(async () => {
      const { config } = this.#client;
      const [region, credentials] = await Promise.all([config.region(), this.#lasting()]);
      const wish = { bucket: this.#bucket, start: this.#prefix + start, seconds: FORM_SECONDS };
      const url = await this.#insist();
      // The SDK has heard from S3 how far this machine's clock is off.
      const now = new Date(Date.now() + config.systemClockOffset);
      return signForm({ ...wish, url }, { region, credentials }, now);
    });
  }

  /** Who we are, for as long as can be had: the SDK itself asks anew only shortly before the end, and a form ends with them. */
  async #lasting(): Promise<Signer['credentials']> {
    const { credentials } = this.#client.config;
    const known = await credentials();
    const left = (known.expiration?.getTime() ?? Number.POSITIVE_INFINITY) - Date.now();
    return left > SHORT_MS ? known : credentials({ forceRefresh: true });
  }

  /** Puts a small thing, whatever is there. */
  async write(key: string, text: string): Promise<void> {
    const Body = Buffer.from(text);
    const put = new PutObjectCommand({ ...this.#at(key), Body, ContentLength: Body.length });
    await this.#orFailure(() => this.#client.send(put));
  }

  /** Nothing where there is none. */
  async remove(key: string): Promise<void> {
    await this.#orFailure(() => this.#client.send(new DeleteObjectCommand(this.#at(key))));
  }

  /** Every object whose key begins so, page by page, in the order of the keys. */
  async *list(start: string): AsyncGenerator<Stored & { readonly key: string }> {
    const at = { Bucket: this.#bucket, Prefix: this.#prefix + start };
    const pages = paginateListObjectsV2({ client: this.#client }, at);
    for (;;) {
      const page = await this.#orFailure(() => pages.next());
      if (page.done === true) return;
      for (const { Key = '', Size: bytes = 0, LastModified } of page.value.Contents ?? [])
        yield { key: Key.slice(this.#prefix.length), bytes, putAt: lastOf(LastModified) };
    }
  }

  /** Uploads in parts, of keys that begin so, that nobody has ended. */
  async *unfinished(start: string): AsyncGenerator<Unfinished> {
    const at = { Bucket: this.#bucket, Prefix: this.#prefix + start };
    let from: { readonly KeyMarker?: string; readonly UploadIdMarker?: string } | undefined = {};
    while (from !== undefined) {
      const command: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({
        ...at,
        ...from,
      });
      const page: ListMultipartUploadsCommandOutput = await this.#orFailure(() =>
        this.#client.send(command),
      );
      for (const { Key = '', UploadId, Initiated } of page.Uploads ?? []) {
        const abort = new AbortMultipartUploadCommand({ Bucket: at.Bucket, Key, UploadId });
        yield {
          place: `s3://${this.#bucket}/${Key} (an upload that nobody has ended)`,
          begunAt: lastOf(Initiated),
          remove: async () => {
            await this.#orFailure(() => this.#client.send(abort));
          },
        };
      }
      const { IsTruncated, NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page;
      from =
        IsTruncated === true && KeyMarker !== undefined
          ? { KeyMarker, ...(UploadIdMarker !== undefined && { UploadIdMarker }) }
          : undefined;
    }
  }

  /** That a key is not there says nothing of the bucket. Gives the address at which the SDK finds that. */
  async #insist(): Promise<string> {
    if (this.#url !== undefined) return this.#url;
    const asking = new HeadBucketCommand({ Bucket: this.#bucket });
    let url = '';
    asking.middlewareStack.add(
      (next, context) => (call) => {
        url = context.endpointV2?.url.href ?? '';
        return next(call);
      },
      { step: 'build' },
    );
    try {
      await this.#client.send(asking);
    } catch (error) {
      if (answerOf(error).status !== 404) throw error;
      throw Object.assign(new Error('There is no such bucket.'), { code: 'NoSuchBucket' });
    }
    if (url === '')
      throw new Failure('unsupported', `The SDK of AWS names no address of ${this.place('')}.`);
    this.#url = url;
    return url;
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }

  async #orFailure<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw bucketFailure(error, this.#bucket) ?? error;
    }
  }
}

function lastOf(second: Date | undefined): Date {
  return new Date((second?.getTime() ?? 0) + SECOND_MS);
}
