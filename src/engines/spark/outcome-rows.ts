import type { JsonObject } from '../../domain/json.ts';
import type { FailureReason } from '../../domain/run.ts';
import type { WaitingMember } from '../../stores/objects/pack-target.ts';
import type { Outcome } from '../engine.ts';

/** The rows that executors give back for tasks, one each: name and type in Spark. Null where a kind has none. */
export const OUTCOME_COLUMNS = [
  { name: 'task', type: 'int' },
  /** `ok` or `failed`. */
  { name: 'kind', type: 'string' },
  { name: 'reason', type: 'string' },
  { name: 'message', type: 'string' },
  { name: 'stack', type: 'string' },
  /** JSON. */
  { name: 'facts', type: 'string' },
  /** See `packBlobs`. */
  { name: 'blobs', type: 'binary' },
  /** JSON: name and place of each blob that was left for the store. */
  { name: 'stored', type: 'string' },
  { name: 'ms', type: 'double' },
  { name: 'log', type: 'string' },
] as const;

export type OutcomeRow = {
  readonly task: number;
  readonly kind: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly stack: string | null;
  readonly facts: string | null;
  readonly blobs: Uint8Array | null;
  /** Left out by versions that knew nothing of it, whose rows a bookmark may hold. */
  readonly stored?: string | null;
  readonly ms: number;
  readonly log: string;
};

export function outcomeToRow(outcome: Outcome): OutcomeRow {
  const { task, kind, ms, log } = outcome;
  const isOk = outcome.kind === 'ok';
  return {
    task,
    kind,
    reason: isOk ? null : outcome.reason,
    message: isOk ? null : outcome.message,
    stack: isOk ? null : (outcome.stack ?? null),
    facts: isOk ? JSON.stringify(outcome.facts) : null,
    blobs: isOk ? packBlobs(outcome.blobs) : null,
    stored: isOk && outcome.stored ? JSON.stringify([...outcome.stored]) : null,
    ms,
    log,
  };
}

export function outcomeFromRow(row: OutcomeRow): Outcome {
  const { task, ms, log } = row;
  if (row.kind === 'ok')
    return {
      task,
      ms,
      log,
      kind: 'ok',
      facts: JSON.parse(row.facts ?? '{}') as JsonObject,
      blobs: unpackBlobs(row.blobs ?? new Uint8Array()),
      ...(typeof row.stored === 'string' && {
        stored: new Map(JSON.parse(row.stored) as [string, WaitingMember][]),
      }),
    };
  return {
    task,
    ms,
    log,
    kind: 'failed',
    reason: row.reason as FailureReason,
    message: row.message ?? '',
    ...(row.stack === null ? {} : { stack: row.stack }),
  };
}

/**
 * Named bytes as one value: the length of a header as 32-bit little-endian number, the header (JSON: name and length of
 * each, in order), then the bytes. One binary column costs Spark less than a map, and both sides less than a copy each.
 */
export function packBlobs(blobs: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const entries = [...blobs];
  const header = Buffer.from(JSON.stringify(entries.map(([name, { length }]) => [name, length])));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, header, ...entries.map(([, bytes]) => bytes)]);
}

/** Copies of their own, aligned for any typed array. */
export function unpackBlobs(packed: Uint8Array): ReadonlyMap<string, Uint8Array> {
  if (packed.length === 0) return new Map();
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.length);
  let at = 4 + bytes.readUInt32LE(0);
  const header = JSON.parse(bytes.toString('utf8', 4, at)) as [string, number][];
  return new Map(
    header.map(([name, length]) => {
      at += length;
      return [name, Uint8Array.from(bytes.subarray(at - length, at))];
    }),
  );
}
