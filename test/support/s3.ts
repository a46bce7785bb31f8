import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { obtainS3Server } from '../../.bootstrap/s3-server.mjs';
import { readConfig } from '../../src/config.ts';

export const BUCKET = 'objects-of-tests';

/** A real server of S3 with a bucket, spoken to by HTTP. */
export type TestS3 = {
  readonly port: number;
  /** What a process needs to find it. */
  readonly environment: { readonly [name: string]: string };
  /** Another client than ours. */
  readonly client: S3Client;
  /** The keys below a prefix, at most 1,000. */
  readonly keys: (prefix?: string) => Promise<readonly string[]>;
  /** What lies under a key, its bytes as text. */
  readonly text: (key: string) => Promise<string | undefined>;
  readonly write: (key: string, text: string) => Promise<void>;
  readonly stop: () => Promise<void>;
};

export function s3Environment(port: number): TestS3['environment'] {
  return {
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'testing-key',
    AWS_SECRET_ACCESS_KEY: 'testing-secret',
  };
}

export async function startTestS3(): Promise<TestS3> {
  const toolsFolder = join(readConfig().folder, 'tools');
  const PYTHONPATH = obtainS3Server({ toolsFolder, tell: (line) => console.error(line) });
  const server = spawn('python3', [join(import.meta.dirname, 's3-server.py')], {
    env: { ...process.env, PYTHONPATH },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const port = await portOf(createInterface({ input: server.stdout }));
  const environment = s3Environment(port);
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'other', secretAccessKey: 'other' },
  });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const at = (Key: string) => ({ Bucket: BUCKET, Key });
  return {
    port,
    environment,
    client,
    keys: async (Prefix = '') => {
      const { Contents = [] } = await client.send(
        new ListObjectsV2Command({ Bucket: BUCKET, Prefix }),
      );
      return Contents.map(({ Key = '' }) => Key);
    },
    text: async (key) => {
      const { Body } = await client.send(new GetObjectCommand(at(key)));
      return Body?.transformToString();
    },
    write: async (key, text) => {
      const Body = Buffer.from(text);
      await client.send(new PutObjectCommand({ ...at(key), Body, ContentLength: Body.length }));
    },
    stop: async () => {
      const ended = once(server, 'close');
      server.stdin.end();
      await ended;
    },
  };
}

async function portOf(lines: AsyncIterable<string>): Promise<number> {
  for await (const line of lines) return Number(line);
  throw new Error('The S3 server ended before it said its port.');
}
