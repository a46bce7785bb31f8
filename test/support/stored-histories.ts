import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import proto from '@temporalio/proto';

const { History: Coded } = proto.temporal.api.history.v1;
/** What Temporal keeps of one execution of a workflow. */
export type History = Parameters<typeof Coded.encode>[0];

/** As JSON has it: fields of Temporal's own, of which a few are known here. */
export type HistoryJson = { readonly events: readonly EventJson[] };
export type EventJson = { readonly eventType: string } & { readonly [field: string]: unknown };

export const HISTORIES = join(import.meta.dirname, '../fixtures/histories');
const ENDING = '.json.gz';

/** The names of the stored histories: one for each shape that a run can have. */
export function storedHistories(): readonly string[] {
  return readdirSync(HISTORIES)
    .filter((name) => name.endsWith(ENDING))
    .map((name) => basename(name, ENDING))
    .sort();
}

export function readHistory(name: string): HistoryJson {
  const text = gunzipSync(readFileSync(join(HISTORIES, `${name}${ENDING}`))).toString('utf8');
  return JSON.parse(text) as HistoryJson;
}

/** What a replay takes. */
export function replayable(json: HistoryJson): ReturnType<typeof Coded.fromObject> {
  return Coded.fromObject(json);
}

/** Keeps a history for later replays, without what tells of this machine; `folder`: where its data lay. */
export function storeHistory(name: string, history: History, folder: string): HistoryJson {
  const plain: unknown = Coded.toObject(Coded.fromObject(history), {
    longs: String,
    enums: String,
    bytes: String,
  });
  const json = scrubbed(plain, folder) as HistoryJson;
  mkdirSync(HISTORIES, { recursive: true });
  // No time of compression in the file: the same history is the same bytes.
  writeFileSync(join(HISTORIES, `${name}${ENDING}`), gzipSync(JSON.stringify(json), { level: 9 }));
  return json;
}

/** Every text of a history, those inside its payloads too. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  const inside = isPayload(value) ? [decoded(value)] : [];
  return [...inside, ...Object.values(value).flatMap(textsOf)];
}

/** The same, field by field, with names of processes, hosts, people and folders replaced and stacks left out. */
function scrubbed(value: unknown, folder: string, field = ''): unknown {
  if (typeof value === 'string') return scrubbedText(value, folder, field);
  if (Array.isArray(value)) return value.map((one) => scrubbed(one, folder, field));
  if (typeof value !== 'object' || value === null) return value;
  const inside = isPayload(value) ? { data: scrubbedPayload(value, folder) } : {};
  const fields = Object.entries({ ...value, ...inside }).map(([name, of]): [string, unknown] =>
    isPayload(value) ? [name, of] : [name, scrubbed(of, folder, isSticky(value) ? 'sticky' : name)],
  );
  return Object.fromEntries(fields);
}

function scrubbedText(text: string, folder: string, field: string): string {
  if (field === 'identity') return 'worker';
  if (field === 'requestedBy') return 'somebody';
  if (field === 'stackTrace') return '';
  // A queue of one process, named after it; the other text beside it is the queue that all of them poll.
  if (field === 'sticky' && text.includes('@')) return 'sticky';
  return text.replaceAll(folder, '/data');
}

type Payload = { readonly metadata: unknown; readonly data: string };

function isPayload(value: object): value is Payload {
  return 'metadata' in value && 'data' in value && typeof value.data === 'string';
}

function isSticky(value: object): boolean {
  return 'kind' in value && value.kind === 'TASK_QUEUE_KIND_STICKY';
}

function decoded({ data }: Payload): string {
  return Buffer.from(data, 'base64').toString('utf8');
}

function scrubbedPayload(payload: Payload, folder: string): string {
  const text = decoded(payload);
  if (!/^[[{"]/.test(text)) return payload.data;
  return Buffer.from(JSON.stringify(scrubbed(JSON.parse(text), folder))).toString('base64');
}
