import { ArrowColumns } from '../../../frame/arrow-columns.ts';
import { StructReader } from '../../../frame/arrow-structs.ts';
import type { Column } from '../../../frame/frame.ts';
import { hashRows, ROW_HASH_BYTES } from '../../../frame/row-hash.ts';
import { categoryColumn } from '../../../sources/read-cells.ts';
import type { MapCommand } from '../command.ts';
import { addedFields, type PrepareArgs } from '../source/prepare-args.ts';
import { keyTexts, type Texts, textsOf } from './batch-columns.ts';
import { arrivingStream } from './group-input.ts';
import type { OutputStream } from './output-stream.ts';
import type { WireSource } from './wire.ts';

/**
 * Map in Arrow, function `prepare`: rows of a table as a snapshot has them, with the text of their key and their hash. The
 * same code hashes rows that are read on one machine, so both give the same digests.
 */
export async function prepareRows(
  { fn, columns }: MapCommand,
  source: WireSource,
  output: OutputStream,
): Promise<void> {
  const args = fn.args as unknown as PrepareArgs;
  const fields = addedFields(args);
  const { schema, batches } = await arrivingStream(source);
  const structs = new StructReader(schema);
  const kept = columns.map((_, place) => place).filter((place) => !args.texts.includes(place));
  for await (const message of batches) {
    const arrived = structs.columns(message);
    const raw = new ArrowColumns(arrived.columns, columns);
    const texts = args.texts.map((place) => textsOf(raw, place));
    const final = columns.map((_, place): Column => {
      const at = args.texts.indexOf(place);
      return at < 0
        ? raw.column(place)
        : categoryColumn(columns[place]?.name ?? '', texts[at] as Texts);
    });
    const keys = args.keys.map((key) => keyTexts(final[key.column] as Column, key));
    const { high, low } = hashWords(hashRows({ rowCount: arrived.rowCount, columns: final }));
    const added = structs.extend(message, kept, fields, [...texts, ...keys, high, low]);
    await output.write(added.schema, added.batch);
  }
}

/** Bytes 0–7 and 8–15 of each hash, most significant first, as signed numbers. */
export function hashWords(hashes: Uint8Array): {
  readonly high: readonly bigint[];
  readonly low: readonly bigint[];
} {
  const view = new DataView(hashes.buffer, hashes.byteOffset);
  const wordsAt = (offset: number) =>
    Array.from({ length: hashes.length / ROW_HASH_BYTES }, (_, i) =>
      view.getBigInt64(i * ROW_HASH_BYTES + offset),
    );
  return { high: wordsAt(0), low: wordsAt(8) };
}
