import { open } from 'node:fs/promises';
import {
  type Data,
  DataType,
  type Date_ as DateType,
  DateUnit,
  Dictionary,
  Float64,
  Int32,
  makeData,
  makeVector,
  RecordBatchReader,
  Table,
  TimestampMicrosecond,
  TimeUnit,
  tableFromIPC,
  tableToIPC,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import { Failure } from '../domain/failure.ts';
import type { ColumnValues, TableType } from './duckdb-write.ts';
import type { Column, Frame } from './frame.ts';
import { TextLevels } from './text-levels.ts';

/** A column of Arrow data in a type that tables have; null = missing. */
export type ArrowColumn = {
  readonly name: string;
  readonly type: TableType;
  /** Arrow's word for the type. */
  readonly sourceType: string;
};
export type ArrowBatch = { readonly rowCount: number; readonly values: readonly ColumnValues[] };

export interface ArrowFile {
  /** Columns that can be held; the others stand in `unsupported`. */
  readonly columns: readonly ArrowColumn[];
  readonly unsupported: readonly { readonly name: string; readonly type: string }[];
  /** Record batches in order: one value list per column of `columns`. */
  batches(): AsyncGenerator<ArrowBatch>;
  close(): Promise<void>;
}

/** Opens an Arrow IPC file or stream (uncompressed). Throws `Failure('invalid-data')` when it is none. */
export async function openArrowFile(path: string): Promise<ArrowFile> {
  const handle = await open(path);
  try {
    const reader = await (await RecordBatchReader.from(handle)).open();
    if (reader.schema === undefined || reader.schema.fields.length === 0)
      throw new Failure('invalid-data', `${path} is no Arrow file or stream, or has no columns.`);
    const fields = reader.schema.fields.map(({ name, type }, index) => ({
      index,
      name,
      type: tableTypeOf(type),
      sourceType: String(type),
    }));
    const held = fields.flatMap(({ type, ...field }) =>
      type === null ? [] : [{ ...field, type }],
    );
    return {
      columns: held.map(({ name, type, sourceType }) => ({ name, type, sourceType })),
      unsupported: fields
        .filter(({ type }) => type === null)
        .map(({ name, sourceType }) => ({ name, type: sourceType })),
      batches: async function* () {
        for await (const batch of reader) {
          const values = held.map(({ index }) => valuesOf(batch.getChildAt(index) as Vector));
          yield { rowCount: batch.numRows, values };
        }
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** A frame as an Arrow IPC stream: doubles (NaN = missing), dictionaries of text, timestamps in µs UTC. */
export function frameToArrow(frame: Frame): Uint8Array {
  const entries = frame.columns.map((column) => [column.name, vectorOf(column)]);
  return tableToIPC(new Table(Object.fromEntries(entries)), 'stream');
}

/** The frame in an Arrow IPC stream or file. Throws `Failure('invalid-data')` for a type that no frame holds. */
export function frameFromArrow(bytes: Uint8Array): Frame {
  const table = tableFromIPC(bytes);
  const columns = table.schema.fields.map(({ name, type }, i): Column => {
    const tableType = tableTypeOf(type);
    if (tableType === null)
      throw new Failure(
        'invalid-data',
        `Arrow column \`${name}\` is ${String(type)}, which no frame holds.`,
      );
    return columnOf(name, tableType, valuesOf(table.getChildAt(i) as Vector));
  });
  return { rowCount: table.numRows, columns };
}

/** The type that takes every value of an Arrow type; null for nested and binary ones. */
function tableTypeOf(type: DataType): TableType | null {
  if (DataType.isDictionary(type)) return tableTypeOf(type.dictionary);
  if (DataType.isInt(type)) {
    if (type.bitWidth < 32 || (type.bitWidth === 32 && type.isSigned)) return 'INTEGER';
    return type.isSigned || type.bitWidth === 32 ? 'BIGINT' : 'UBIGINT';
  }
  if (DataType.isFloat(type) || DataType.isDecimal(type)) return 'DOUBLE';
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isBool(type))
    return 'VARCHAR';
  if (DataType.isTimestamp(type)) return type.timezone ? 'TIMESTAMPTZ' : 'TIMESTAMP';
  if (DataType.isDate(type)) return 'TIMESTAMP';
  return DataType.isNull(type) ? 'DOUBLE' : null;
}

function valuesOf(vector: Vector): ColumnValues {
  const values: (number | bigint | string | null)[] = [];
  for (const data of vector.data) {
    const valueAt = readerOf(data);
    for (let i = 0; i < data.length; i++) values.push(data.getValid(i) ? valueAt(i) : null);
  }
  // One reader gives one type of value.
  return values as readonly (number | null)[];
}

/**
 * Reads the values of one data chunk where they are not null. Arrow's own accessor turns timestamps and 64-bit integers
 * into doubles, so these are read from the buffers.
 */
function readerOf(data: Data): (i: number) => number | bigint | string {
  const type: DataType = data.type;
  if (DataType.isDictionary(type)) return dictionaryReader(data);
  const { values } = data;
  switch (tableTypeOf(type)) {
    case 'BIGINT':
    case 'UBIGINT':
      return (i) => BigInt(values[i]);
    case 'INTEGER':
      return (i) => values[i];
    case 'TIMESTAMP':
    case 'TIMESTAMPTZ': {
      const toMicros = DataType.isTimestamp(type)
        ? OF_TIMESTAMP[type.unit]
        : OF_DATE[(type as DateType).unit];
      return (i) => toMicros(BigInt(values[i]));
    }
    case 'VARCHAR':
    case 'DOUBLE':
    case null: {
      if (DataType.isDecimal(type)) return (i) => decimalAt(values, i, type);
      const vector = makeVector(data);
      return DataType.isFloat(type) ? (i) => Number(vector.get(i)) : (i) => String(vector.get(i));
    }
  }
}

function dictionaryReader(data: Data): (i: number) => number | bigint | string {
  const entries = valuesOf(data.dictionary as Vector);
  const codes = data.values as ArrayLike<number | bigint>;
  return (i) => {
    const entry = entries[Number(codes[i])];
    if (entry === undefined || entry === null)
      throw new Failure('invalid-data', `An Arrow dictionary has no entry ${String(codes[i])}.`);
    return entry;
  };
}

const OF_TIMESTAMP: { readonly [unit in TimeUnit]: (value: bigint) => bigint } = {
  [TimeUnit.SECOND]: (value) => value * 1_000_000n,
  [TimeUnit.MILLISECOND]: (value) => value * 1000n,
  [TimeUnit.MICROSECOND]: (value) => value,
  // Towards earlier, also before 1970.
  [TimeUnit.NANOSECOND]: (value) => (value - (((value % 1000n) + 1000n) % 1000n)) / 1000n,
};
const OF_DATE: { readonly [unit in DateUnit]: (value: bigint) => bigint } = {
  [DateUnit.DAY]: (value) => value * 86_400_000_000n,
  [DateUnit.MILLISECOND]: (value) => value * 1000n,
};

/** The nearest double of a decimal, which lies in the buffer as little-endian words of a two's complement number. */
function decimalAt(
  words: Uint32Array,
  i: number,
  { bitWidth, scale }: { readonly bitWidth: number; readonly scale: number },
): number {
  const width = bitWidth / 32;
  let unscaled = 0n;
  for (let w = width - 1; w >= 0; w--)
    unscaled = (unscaled << 32n) | BigInt(words[i * width + w] as number);
  return Number(`${BigInt.asIntN(bitWidth, unscaled)}e${-scale}`);
}

function vectorOf(column: Column): Vector {
  switch (column.kind) {
    case 'number':
      return makeVector(makeData({ type: new Float64(), data: column.values }));
    case 'time': {
      const missing = bitmapOf(column.micros, Number.isNaN);
      const data = BigInt64Array.from(column.micros, (value) =>
        Number.isNaN(value) ? 0n : BigInt(value),
      );
      return makeVector(makeData({ type: new TimestampMicrosecond('UTC'), data, ...missing }));
    }
    case 'category': {
      const dictionary = vectorFromArray([...column.levels], new Utf8());
      const missing = bitmapOf(column.codes, (code) => code < 0);
      const data = column.codes.map((code) => Math.max(code, 0));
      const type = new Dictionary(new Utf8(), new Int32());
      return makeVector(makeData({ type, data, dictionary, ...missing }));
    }
  }
}

/** Arrow's validity bits: 1 = there. */
function bitmapOf(
  values: Float64Array | Int32Array,
  isMissing: (value: number) => boolean,
): { readonly nullCount: number; readonly nullBitmap: Uint8Array } {
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 64) * 8);
  let nullCount = 0;
  values.forEach((value, i) => {
    if (isMissing(value)) nullCount++;
    else nullBitmap[i >> 3] = (nullBitmap[i >> 3] as number) | (1 << (i & 7));
  });
  return { nullCount, nullBitmap };
}

function columnOf(name: string, type: TableType, column: ColumnValues): Column {
  const values = column as readonly (number | bigint | string | null)[];
  if (type === 'VARCHAR') {
    const levels = new TextLevels();
    const codes = Int32Array.from(values, (value) =>
      value === null ? -1 : levels.codeOf(String(value)),
    );
    const sorted = levels.sorted(codes);
    return {
      kind: 'category',
      name,
      codes: codes.map((code) => sorted.places[code] ?? -1),
      levels: sorted.levels,
    };
  }
  const numbers = Float64Array.from(values, (value) =>
    value === null ? Number.NaN : Number(value),
  );
  return type === 'TIMESTAMP' || type === 'TIMESTAMPTZ'
    ? { kind: 'time', name, micros: numbers }
    : { kind: 'number', name, values: numbers };
}
