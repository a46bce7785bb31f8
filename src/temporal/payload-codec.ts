import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import { Failure } from '../domain/failure.ts';

/** The compiled module; the same whether this one runs from `src` (tests) or `dist`. */
const FAILURES = import.meta.url.endsWith('.ts')
  ? '../../dist/src/temporal/encrypted-failures.js'
  : './encrypted-failures.js';

const ENCRYPTED = 'binary/encrypted';
/** As the SDK writes `undefined`. */
const UNREADABLE: Payload = { metadata: { encoding: Buffer.from('binary/null') } };
const CIPHER = 'aes-256-gcm';
/** Bytes of a nonce of GCM and of its tag, as NIST SP 800-38D has them. */
const NONCE = 12;
const TAG = 16;

/** What clients and workers read and write with; nothing without a key. */
export function dataConverter(keys: readonly Uint8Array[]): {
  readonly dataConverter?: DataConverter;
} {
  if (keys.length === 0) return {};
  const failureConverterPath = fileURLToPath(new URL(FAILURES, import.meta.url));
  return { dataConverter: { payloadCodecs: [payloadCodec(keys)], failureConverterPath } };
}

/**
 * Encrypts all that Temporal is given to keep of a run: inputs, results, messages, memos, summaries and errors. The first
 * key encrypts, each decrypts; what is not encrypted is refused. Keys have 32 bytes.
 */
export function payloadCodec(keys: readonly Uint8Array[]): PayloadCodec {
  const byId = new Map(keys.map((key) => [idOf(key), key]));
  const [first] = byId;
  if (first === undefined) throw new RangeError('A codec needs a key.');
  return {
    encode: async (payloads) => payloads.map((payload) => encrypted(payload, ...first)),
    decode: async (payloads) => payloads.map((payload) => decrypted(payload, byId)),
  };
}

/** Writes as others do with these keys; what those refuse to read is undefined here, so that one such thing hides no other. */
export function tolerantConverter(keys: readonly Uint8Array[]): DataConverter {
  const byId = new Map(keys.map((key) => [idOf(key), key]));
  const isPlain = (payload: Payload) => metadataOf(payload, 'encoding') !== ENCRYPTED;
  const read = (payload: Payload): Payload => {
    if (keys.length === 0) return isPlain(payload) ? payload : UNREADABLE;
    try {
      return decrypted(payload, byId);
    } catch {
      return UNREADABLE;
    }
  };
  const decode = async (payloads: Payload[]) => payloads.map(read);
  const encode = async (payloads: Payload[]) =>
    keys.length === 0 ? payloads : payloadCodec(keys).encode(payloads);
  return { payloadCodecs: [{ encode, decode }] };
}

/** What tells a key from others and nothing else of it. */
function idOf(key: Uint8Array): string {
  return createHash('sha256').update('partita payload key').update(key).digest('hex').slice(0, 12);
}

/** Nonce, tag, ciphertext; the id of the key is authenticated with it. */
function encrypted(payload: Payload, id: string, key: Uint8Array): Payload {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(id));
  const body = Buffer.concat([cipher.update(textOf(payload)), cipher.final()]);
  return {
    metadata: { encoding: Buffer.from(ENCRYPTED), 'encryption-key-id': Buffer.from(id) },
    data: Buffer.concat([nonce, cipher.getAuthTag(), body]),
  };
}

function decrypted(payload: Payload, keys: ReadonlyMap<string, Uint8Array>): Payload {
  const data = payload.data ?? new Uint8Array();
  if (metadataOf(payload, 'encoding') !== ENCRYPTED)
    throw new Failure(
      'conflict',
      'Temporal holds something that is not encrypted, and PARTITA_PAYLOAD_KEY is set: what began without a key ends without one.',
    );
  const id = metadataOf(payload, 'encryption-key-id');
  const key = keys.get(id);
  if (key === undefined)
    throw new Failure(
      'conflict',
      `What Temporal holds is encrypted with key ${id}, and PARTITA_PAYLOAD_KEY has ${[...keys.keys()].join(', ')}: add that key behind the newest, with a comma.`,
    );
  try {
    const decipher = createDecipheriv(CIPHER, key, data.subarray(0, NONCE))
      .setAAD(Buffer.from(id))
      .setAuthTag(data.subarray(NONCE, NONCE + TAG));
    const text = [decipher.update(data.subarray(NONCE + TAG)), decipher.final()];
    return payloadOf(Buffer.concat(text));
  } catch (cause) {
    throw new Failure(
      'corrupt-object',
      `What Temporal holds was changed after key ${id} sealed it.`,
      {
        cause,
      },
    );
  }
}

function metadataOf({ metadata }: Payload, name: string): string {
  return Buffer.from(metadata?.[name] ?? []).toString('utf8');
}

type PlainPayload = {
  readonly metadata: { readonly [name: string]: string };
  readonly data: string;
};

function textOf({ metadata, data }: Payload): Buffer {
  const named = Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)]);
  const plain: PlainPayload = {
    metadata: Object.fromEntries(named) as PlainPayload['metadata'],
    data: base64(data ?? new Uint8Array()),
  };
  return Buffer.from(JSON.stringify(plain));
}

function payloadOf(text: Buffer): Payload {
  const { metadata, data } = JSON.parse(text.toString('utf8')) as PlainPayload;
  const named = Object.entries(metadata).map(([name, of]) => [name, Buffer.from(of, 'base64')]);
  return {
    metadata: Object.fromEntries(named) as NonNullable<Payload['metadata']>,
    data: Buffer.from(data, 'base64'),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
