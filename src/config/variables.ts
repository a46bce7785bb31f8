import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { bucketPlace } from '../domain/bucket.ts';
import { isSendable } from '../domain/header-value.ts';

/** Of AES-256. */
const PAYLOAD_KEY_BYTES = 32;

const HOST_AND_PORT = /^[^\s/:@]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/;

const IP_AND_PORT = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/;
const LAST_PORT = 65_535;

const switchText = z
  .enum(['true', 'false', '1', '0'], { error: 'is neither true nor false' })
  .transform((text) => text === 'true' || text === '1');

/** Messages never repeat a value that can hold a password. */
const postgresUrl = z
  .string()
  .refine(
    isPostgresUrl,
    'is no address of a Postgres database: it has the form postgres://user:password@host:port/database',
  );

/** Absolute from here on: the worker that is told of it works in another folder. */
const file = z
  .string()
  .refine(existsSync, {
    error: (issue) => `is "${String(issue.input)}", and there is no such file`,
  })
  .transform((path) => resolve(path));

const hostAndPort = z.string().regex(HOST_AND_PORT, {
  error: (issue) => `is "${String(issue.input)}", not of the form host:port`,
});

/** Temporal's core, which listens there, looks up no names. */
const ipAndPort = z.string().refine(isIpAndPort, {
  error: (issue) =>
    `is "${String(issue.input)}", and has to be an IP address with a port, such as 127.0.0.1:9464 or [::1]:9464`,
});

const payloadKeys = z.string().transform((text, context) => {
  const keys = payloadKeysOf(text);
  if (keys !== null) return { text, keys };
  context.addIssue(
    'holds no keys: 32 bytes in base64 (`openssl rand -base64 32`), several with commas between them, or file:///PATH of a file with them',
  );
  return z.NEVER;
});

/** Often made by `echo`, with a line's end behind it. */
const sentKey = z
  .string()
  .trim()
  .refine(isSendable, 'holds letters that no header can carry: printable ASCII, in one line');

const httpUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:\/\//.test(text),
    'is no address that begins with http:// or https://',
  );

/** Each that we read, and what may stand in it. Messages begin after its name. */
export const variables = z.object({
  DATABASE_URL: postgresUrl.optional(),
  DATABASE_OWNER_URL: postgresUrl.optional(),
  PARTITA_DATA_URL: postgresUrl.optional(),
  PARTITA_FOLDER: z.string().optional(),
  TEMPORAL_ADDRESS: hostAndPort.optional(),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_TLS: switchText.optional(),
  TEMPORAL_API_KEY: sentKey.optional(),
  TEMPORAL_TLS_CLIENT_CERT_PATH: file.optional(),
  TEMPORAL_TLS_CLIENT_KEY_PATH: file.optional(),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: file.optional(),
  TEMPORAL_TLS_SERVER_NAME: z.string().optional(),
  PARTITA_PAYLOAD_KEY: payloadKeys.optional(),
  PARTITA_OBJECTS: z
    .string()
    .refine(
      (text) => bucketPlace(text) !== null,
      'is no address of a bucket: it has the form s3://BUCKET or s3://BUCKET/PREFIX, without credentials',
    )
    .optional(),
  PARTITA_OBJECTS_PATH_STYLE: switchText.optional(),
  AWS_ENDPOINT_URL: z.string().optional(),
  AWS_ENDPOINT_URL_S3: z.string().optional(),
  PARTITA_METRICS_ADDRESS: ipAndPort.optional(),
  PARTITA_WORKER_VERSIONING: z
    .enum(['pinned'], { error: 'is not `pinned`, the one way that there is besides none' })
    .optional(),
  OPENLINEAGE_URL: z
    .string()
    .refine(
      isSink,
      'is neither the word console nor an address that begins with file:///, http:// or https://',
    )
    .refine(
      holdsNoCredentials,
      'holds a name or a password: leave them out, and set OPENLINEAGE_API_KEY',
    )
    .optional(),
  OPENLINEAGE_ENDPOINT: z.string().default('api/v1/lineage'),
  OPENLINEAGE_API_KEY: sentKey.optional(),
  OPENLINEAGE_NAMESPACE: z.string().default('partita'),
  OPENLINEAGE_DISABLED: switchText.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrl.optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: z.string().optional(),
  OTEL_TRACES_EXPORTER: z.string().default('otlp'),
  OTEL_SDK_DISABLED: z.string().optional(),
  TEMPORAL_CLI: file.optional(),
  PATH: z.string().default(''),
  NO_COLOR: z.string().optional(),
});
export type Variables = z.infer<typeof variables>;

/** Null: these are none, or the file can't be read. */
function payloadKeysOf(text: string): readonly Uint8Array[] | null {
  try {
    const list = text.startsWith('file:') ? readFileSync(fileURLToPath(text), 'utf8') : text;
    const keys = list.split(',').map((key) => Buffer.from(key.trim(), 'base64'));
    return keys.every(({ length }) => length === PAYLOAD_KEY_BYTES) ? keys : null;
  } catch {
    return null;
  }
}

function isIpAndPort(text: string): boolean {
  const [, address = '', port] = IP_AND_PORT.exec(text) ?? [];
  const version = address.startsWith('[') ? 6 : 4;
  return isIP(address.replace(/^\[|\]$/g, '')) === version && Number(port) <= LAST_PORT;
}

function isSink(text: string): boolean {
  return text === 'console' || (URL.canParse(text) && /^(https?:\/\/|file:\/\/\/)/.test(text));
}

function holdsNoCredentials(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

function isPostgresUrl(text: string): boolean {
  return (
    URL.canParse(text) &&
    ['postgres:', 'postgresql:'].includes(new URL(text).protocol) &&
    new URL(text).pathname.length > 1
  );
}
