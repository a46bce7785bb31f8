import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../domain/failure.ts';
import type {
  AuditFinding,
  AuditHead,
  AuditStore,
  AuditVerdict,
  ChainEntry,
} from '../stores/audit-store.ts';

/** What the first line of an exported trail says it is. */
const FORMAT = 'partita audit 1';

type Header = { readonly format: string; readonly head: AuditHead; readonly at: string };

/** The trail up to its head, line by line as it is read. */
export type AuditTrail = { readonly head: AuditHead; readonly lines: AsyncIterable<string> };

/**
 * The whole trail, one line of JSON per event, so that it can be checked without the database: an event's hash is the
 * SHA-256 of the hash before it (32 bytes) and its payload (UTF-8). The first line is the checkpoint.
 */
export async function auditTrail(audit: AuditStore): Promise<AuditTrail> {
  const head = await audit.head();
  const header: Header = { format: FORMAT, head, at: new Date().toISOString() };
  return { head, lines: linesOf(audit, header) };
}

/** Writes the trail to a file, whole or not at all; gives where it ends. Throws `Failure('usage')`. */
export async function exportAudit(audit: AuditStore, out: string): Promise<AuditHead> {
  const { head, lines } = await auditTrail(audit);
  const incoming = `${out}.incoming`;
  try {
    await pipeline(Readable.from(lines), createWriteStream(incoming, { mode: 0o600 }));
    await rename(incoming, out);
  } catch (cause) {
    await rm(incoming, { force: true });
    throw new Failure('usage', `The trail can't be written to ${out}; name another file.`, {
      cause,
    });
  }
  return head;
}

async function* linesOf(audit: AuditStore, header: Header): AsyncGenerator<string> {
  yield `${JSON.stringify(header)}\n`;
  for await (const entry of audit.entries()) {
    // Later events belong to the next checkpoint.
    if (entry.seq > header.head.seq) return;
    yield `${JSON.stringify(entry)}\n`;
  }
}

/** Checks the record, and that it still begins with what was exported (`checkpoint`: that file). */
export async function verifyAudit(
  audit: AuditStore,
  checkpoint: string | undefined,
): Promise<AuditVerdict> {
  const outside = checkpoint === undefined ? [] : await againstCheckpoint(audit, checkpoint);
  const verdict = await audit.verify();
  return { ...verdict, findings: [...outside, ...verdict.findings] };
}

/** The first event at which the record and the file part. */
async function againstCheckpoint(
  audit: AuditStore,
  path: string,
): Promise<readonly AuditFinding[]> {
  const kept = readTrail(path);
  const { value: header } = await kept.next();
  if (!isHeader(header))
    throw new Failure('usage', `${path} is no exported trail: its first line is no checkpoint.`);
  const { head } = header;
  const stored = audit.entries();
  let last = 0;
  for await (const entry of stored) {
    if (entry.seq > head.seq) return last === head.seq ? [] : [cutOff(last, path)];
    const { value, done = false } = await kept.next();
    // A checkpoint may hold its first line alone.
    const expected = done ? (entry.seq === head.seq ? head : null) : (value as ChainEntry);
    const finding = expected && compared(entry, expected, path);
    if (finding !== null) return [finding];
    last = entry.seq;
  }
  return last === head.seq ? [] : [cutOff(last, path)];
}

function compared(
  entry: ChainEntry,
  expected: ChainEntry | AuditHead,
  path: string,
): AuditFinding | null {
  if ('payload' in expected && hashOf(expected) !== expected.hash)
    return finding(expected.seq, `Event ${expected.seq} was changed in ${path} itself.`);
  if (entry.seq === expected.seq && entry.hash === expected.hash) return null;
  return finding(entry.seq, `Event ${expected.seq} is not the one that was exported to ${path}.`);
}

function cutOff(last: number, path: string): AuditFinding {
  return finding(last, `The record ends at event ${last}, before the checkpoint in ${path}.`);
}

function finding(seq: number, message: string): AuditFinding {
  return { kind: 'checkpoint', seq, table: 'audit_event', message };
}

function hashOf({ prev, payload }: ChainEntry): string {
  return createHash('sha256').update(Buffer.from(prev, 'hex')).update(payload).digest('hex');
}

async function* readTrail(path: string): AsyncGenerator<unknown, undefined> {
  try {
    const lines = createInterface({ input: createReadStream(path, 'utf8') });
    for await (const line of lines) yield JSON.parse(line) as unknown;
  } catch (cause) {
    throw new Failure('usage', `${path} can't be read as an exported trail.`, { cause });
  }
  return undefined;
}

function isHeader(value: unknown): value is Header {
  return (
    typeof value === 'object' && value !== null && 'format' in value && value.format === FORMAT
  );
}
