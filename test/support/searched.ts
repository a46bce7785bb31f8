import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Client } from '@temporalio/client';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { queryServer } from '../../src/embedded/server-query.ts';

/** A place where text has ended up. `of`: the kind of place. */
export type Place = { readonly of: string; readonly name: string; readonly text: string };

/** Something to be looked for; any form of it counts. */
export type Needle = { readonly name: string; readonly forms: readonly string[] };

/** What was found where, and in which kinds of place a mark was met that stands in all of them. */
export class Search {
  readonly found: string[] = [];
  readonly marked = new Set<string>();
  readonly #needles: readonly Needle[];
  readonly #mark: string;

  constructor(needles: readonly Needle[], mark: string) {
    this.#needles = needles;
    this.#mark = mark;
  }

  async look(places: Iterable<Place> | AsyncIterable<Place>): Promise<void> {
    for await (const { of, name, text } of places) {
      if (text.includes(this.#mark)) this.marked.add(of);
      for (const needle of this.#needles)
        if (needle.forms.some((form) => text.includes(form)))
          this.found.push(`${needle.name} in ${of}: ${name}`);
    }
  }
}

/** Every row of every table, all of its columns. */
export async function* rowsOf(url: string): AsyncGenerator<Place> {
  const ask = async (sql: string) =>
    (await queryServer(url, sql)) as readonly { readonly [column: string]: string | null }[];
  const tables = await ask(
    `select format('%I.%I', table_schema, table_name) as name,
       string_agg(format(case data_type when 'bytea' then 'encode(%I, ''escape'')' else '%I::text' end,
         column_name), ', ') as columns
     from information_schema.columns join information_schema.tables using (table_schema, table_name)
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
     group by 1`,
  );
  for (const { name, columns } of tables) {
    const [row] = await ask(
      `select string_agg(concat_ws(' ', ${columns}), e'\\n') as text from ${name}`,
    );
    yield { of: 'the database', name: `${name}`, text: row?.['text'] ?? '' };
  }
}

/** Every file below a folder, unpacked where it is packed, but for those of these names. */
export function* filesBelow(folder: string, except: readonly string[]): Generator<Place> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (except.includes(path)) continue;
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) yield* filesBelow(path, except);
    if (stat?.isFile() !== true) continue;
    const bytes = readFileSync(path);
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    yield { of: 'a file', name: path, text: textIn(isPacked ? gunzipSync(bytes) : bytes) };
  }
}

/** What processes were started with, as everybody on this machine sees it. */
export function* commandLines(): Generator<Place> {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const path = `/proc/${pid}/cmdline`;
    try {
      yield { of: 'a command line', name: path, text: readFileSync(path, 'latin1') };
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** All that Temporal keeps of a run: as it lies there, and as `codec` reads it. */
export async function* historyOf(
  { workflow }: Client,
  runId: string,
  codec: PayloadCodec,
): AsyncGenerator<Place> {
  const place = { of: 'the history in Temporal', name: runId };
  const history = await workflow.getHandle(`run:${runId}`).fetchHistory();
  yield { ...place, text: [...textsIn(history)].join('\n') };
  // What Temporal itself has to read, such as search attributes, is not sealed.
  const sealed = [...payloadsIn(history)].filter(
    ({ metadata }) => textIn(metadata?.['encoding'] ?? new Uint8Array()) === 'binary/encrypted',
  );
  const read = await codec.decode(sealed);
  for (const { data } of read) yield { ...place, text: textIn(data ?? new Uint8Array()) };
}

/** Bytes as a text in which all that is ASCII is found. */
function textIn(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (value instanceof Uint8Array) yield textIn(value);
  else if (typeof value === 'object' && value !== null)
    for (const part of Object.values(value)) yield* textsIn(part);
}

function* payloadsIn(value: unknown): Generator<Payload> {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  if ('metadata' in value && 'data' in value && value.data instanceof Uint8Array)
    yield value as Payload;
  else for (const part of Object.values(value)) yield* payloadsIn(part);
}
