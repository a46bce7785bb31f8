import { partitionText } from '../../../domain/partition.ts';
import { ArrowColumns } from '../../../frame/arrow-columns.ts';
import type { ArrowMessage } from '../../../frame/arrow-message.ts';
import type { StructReader } from '../../../frame/arrow-structs.ts';
import type { Column, Frame } from '../../../frame/frame.ts';
import type { InputColumn } from '../command.ts';
import type { PlaceArgs } from '../scoring/score-args.ts';
import { asTrained, keyTexts } from './batch-columns.ts';

/** A batch of rows as training would have read them. */
export type TypedBatch = {
  readonly frame: Frame;
  /** The partition of each row. */
  readonly partitions: readonly string[];
};

/** Throws `Failure('invalid-data')` for a value that does not suit. */
export function readBatch(
  structs: StructReader,
  message: ArrowMessage,
  columns: readonly InputColumn[],
  args: PlaceArgs,
): TypedBatch {
  const arrived = structs.columns(message);
  const found = args.places.map((place) => arrived.columns[place] as (typeof arrived.columns)[0]);
  const raw = new ArrowColumns(found, columns);
  const typed = args.trained.map((as, place) => asTrained(raw, place, as, args.timezone));
  return {
    frame: { rowCount: arrived.rowCount, columns: typed },
    partitions: partitionsOf(typed, arrived.rowCount, args),
  };
}

/** Each distinct key is written once. */
function partitionsOf(
  columns: readonly Column[],
  rowCount: number,
  { by, keys }: PlaceArgs,
): readonly string[] {
  const texts = keys.map((key) => keyTexts(columns[key.column] as Column, key));
  const known = new Map<string, string>();
  return Array.from({ length: rowCount }, (_, row) => {
    const values = texts.map((column) => column[row] ?? null);
    const name = JSON.stringify(values);
    const text = known.get(name) ?? partitionText(by, values);
    known.set(name, text);
    return text;
  });
}
