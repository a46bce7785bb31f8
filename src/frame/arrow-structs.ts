import {
  Binary,
  Bool,
  type Data,
  type DataType,
  Field,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  tableToIPC,
  Utf8,
} from 'apache-arrow';
import {
  ARROW_END,
  ARROW_HEAD_BYTES,
  type ArrowMessage,
  metadataLengthOf,
} from './arrow-message.ts';

/** Spark hands a function its columns inside one struct column, and wants them back so. */
const WRAPPER = '_0';

/** Types of Spark that are written; timestamps are µs in the session's zone, which is UTC. */
export type StructType =
  | 'int'
  | 'bigint'
  | 'double'
  | 'string'
  | 'binary'
  | 'boolean'
  | 'timestamp'
  | 'timestamp_ntz';
export type StructField = { readonly name: string; readonly type: StructType };
/** A column of one batch that arrived. */
export type BatchColumn = Data;
/** Values of one column; null = missing. Numbers for int and double, bigint for bigint and timestamps. */
export type StructValues = readonly (number | bigint | string | boolean | Uint8Array | null)[];

/** Of apache-arrow, by Spark's word. */
export const TYPES: { readonly [type in StructType]: () => DataType } = {
  int: () => new Int32(),
  bigint: () => new Int64(),
  double: () => new Float64(),
  string: () => new Utf8(),
  binary: () => new Binary(),
  boolean: () => new Bool(),
  timestamp: () => new TimestampMicrosecond('UTC'),
  timestamp_ntz: () => new TimestampMicrosecond(),
};

/** Writes one Arrow stream of struct batches in pieces: `schema`, then batches, then `ARROW_END`. */
export class StructWriter {
  readonly schema: Uint8Array;
  readonly #fields: readonly StructField[];
  readonly #types: readonly DataType[];
  readonly #schema: Schema;

  constructor(fields: readonly StructField[]) {
    this.#fields = fields;
    this.#types = fields.map(({ type }) => TYPES[type]());
    const children = fields.map(({ name }, i) => new Field(name, this.#types[i] as DataType, true));
    this.#schema = wrapped(children);
    this.schema = schemaBytes(this.#schema);
  }

  /**
   * The bytes of one batch. Throws `TypeError` when the columns are not those of the fields, in number, length and type:
   * Spark takes them by position and would tell of an index or a class.
   */
  batch(columns: readonly StructValues[]): Uint8Array {
    if (columns.length !== this.#fields.length)
      throw new TypeError(`${this.#fields.length} columns are declared, ${columns.length} came.`);
    const rowCount = columns[0]?.length ?? 0;
    const children = this.#fields.map((field, i) => {
      const values = columns[i] as StructValues;
      if (values.length !== rowCount)
        throw new TypeError(
          `Column \`${field.name}\` has ${values.length} values for ${rowCount} rows.`,
        );
      return dataOf(field, this.#types[i] as DataType, values);
    });
    return batchBytes(this.#schema, rowCount, children);
  }
}

/** The columns inside the struct column of batches that arrive one by one. */
export class StructReader {
  readonly #schema: ArrowMessage;
  #fields: readonly { readonly name: string; readonly type: DataType }[] | undefined;

  constructor(schema: ArrowMessage) {
    this.#schema = schema;
  }

  /** Throws `RangeError` when a batch is not one struct column. */
  columns(batch: ArrowMessage): {
    readonly rowCount: number;
    readonly columns: readonly BatchColumn[];
  } {
    const reader = RecordBatchReader.from([
      ...piecesOf(this.#schema),
      ...piecesOf(batch),
      ARROW_END,
    ]);
    const { value, done } = reader.open().next();
    const struct: Data | undefined = done ? undefined : value.data.children[0];
    if (struct === undefined || value.data.children.length !== 1 || struct.children.length === 0)
      throw new RangeError(`Spark sent ${String(reader.schema)}, not one struct column.`);
    this.#fields ??= (struct.type as Struct).children.map(({ name, type }) => ({ name, type }));
    return { rowCount: value.numRows, columns: struct.children };
  }

  /** Batches that pass through unchanged: the columns at these places, as the stream of a `StructWriter`. */
  echo(batch: ArrowMessage, places: readonly number[]): { schema: Uint8Array; batch: Uint8Array } {
    const { rowCount, columns } = this.columns(batch);
    const fields = places.map((place) => this.#fieldAt(place));
    const schema = wrapped(fields);
    const children = places.map((place) => columns[place] as Data);
    return { schema: schemaBytes(schema), batch: batchBytes(schema, rowCount, children) };
  }

  /** A batch with the columns at these places as they are, and new ones behind them. */
  extend(
    batch: ArrowMessage,
    places: readonly number[],
    added: readonly StructField[],
    values: readonly StructValues[],
  ): { schema: Uint8Array; batch: Uint8Array } {
    const { rowCount, columns } = this.columns(batch);
    const types = added.map(({ type }) => TYPES[type]());
    const schema = wrapped([
      ...places.map((place) => this.#fieldAt(place)),
      ...added.map(({ name }, i) => new Field(name, types[i] as DataType, true)),
    ]);
    const children = [
      ...places.map((place) => columns[place] as Data),
      ...added.map((field, i) => dataOf(field, types[i] as DataType, values[i] as StructValues)),
    ];
    return { schema: schemaBytes(schema), batch: batchBytes(schema, rowCount, children) };
  }

  #fieldAt(place: number): Field {
    const field = this.#fields?.[place];
    if (field === undefined) throw new RangeError(`The batch has no column ${place}.`);
    return new Field(field.name, field.type, true);
  }
}

/** Rows of a batch, where they lie. */
export function sliceColumns(
  columns: readonly BatchColumn[],
  from: number,
  count: number,
): readonly BatchColumn[] {
  return columns.map((column) => column.slice(from, count));
}

function piecesOf({ head, metadata, body }: ArrowMessage): readonly Uint8Array[] {
  return [head, metadata, body].filter(({ length }) => length > 0);
}

function wrapped(fields: readonly Field[]): Schema {
  return new Schema([new Field(WRAPPER, new Struct([...fields]), false)]);
}

function schemaBytes(schema: Schema): Uint8Array {
  const stream = tableToIPC(new Table(schema), 'stream');
  return stream.subarray(0, schemaLength(stream));
}

function batchBytes(schema: Schema, rowCount: number, children: readonly Data[]): Uint8Array {
  const [field] = schema.fields;
  const struct = makeData({
    type: field?.type as Struct,
    length: rowCount,
    nullCount: 0,
    children: [...children],
  });
  const data = makeData({
    type: new Struct(schema.fields),
    length: rowCount,
    nullCount: 0,
    children: [struct],
  });
  const stream = streamOf(new RecordBatch(schema, data));
  return stream.subarray(schemaLength(stream), stream.length - ARROW_END.length);
}

function streamOf(batch: RecordBatch): Uint8Array {
  return RecordBatchStreamWriter.writeAll([batch]).toUint8Array(true);
}

function schemaLength(stream: Uint8Array): number {
  return ARROW_HEAD_BYTES + metadataLengthOf(stream);
}

/** Values of one column as Arrow data. Throws `TypeError` for a value of another type. */
export function dataOf(field: StructField, type: DataType, values: StructValues): Data {
  const { nullBitmap, nullCount } = validityOf(values);
  const base = { type, length: values.length, nullCount, nullBitmap };
  const wrong = (value: unknown) =>
    new TypeError(`Column \`${field.name}\` is ${field.type}, but holds ${describe(value)}.`);
  const numbers = (is: (value: number) => boolean) => (value: StructValues[number]) => {
    if (value === null) return 0;
    if (typeof value !== 'number' || !is(value)) throw wrong(value);
    return value;
  };
  switch (field.type) {
    case 'int':
      return makeData({ ...base, data: Int32Array.from(values, numbers(isInt32)) } as never);
    case 'double':
      return makeData({
        ...base,
        data: Float64Array.from(
          values,
          numbers(() => true),
        ),
      } as never);
    case 'bigint':
    case 'timestamp':
    case 'timestamp_ntz': {
      const data = BigInt64Array.from(values, (value) => {
        if (typeof value === 'bigint') return value;
        if (value !== null) throw wrong(value);
        return 0n;
      });
      return makeData({ ...base, data } as never);
    }
    case 'boolean': {
      const data = bitsOf(values, (value) => {
        if (value !== null && typeof value !== 'boolean') throw wrong(value);
        return value === true;
      });
      return makeData({ ...base, data } as never);
    }
    case 'string':
    case 'binary': {
      const bytes = values.map((value) => {
        if (value === null) return Buffer.alloc(0);
        if (field.type === 'string' && typeof value === 'string') return Buffer.from(value);
        if (field.type === 'binary' && value instanceof Uint8Array) return value;
        throw wrong(value);
      });
      return makeData({ ...base, ...concatenated(bytes) } as never);
    }
  }
}

function isInt32(value: number): boolean {
  return (value | 0) === value;
}

function concatenated(values: readonly Uint8Array[]): {
  readonly valueOffsets: Int32Array;
  readonly data: Uint8Array;
} {
  const valueOffsets = new Int32Array(values.length + 1);
  let length = 0;
  values.forEach((value, i) => {
    length += value.length;
    valueOffsets[i + 1] = length;
  });
  return { valueOffsets, data: Buffer.concat(values) };
}

function validityOf(values: StructValues): { nullBitmap: Uint8Array; nullCount: number } {
  const nullCount = values.reduce<number>((sum, value) => sum + (value === null ? 1 : 0), 0);
  return { nullBitmap: bitsOf(values, (value) => value !== null), nullCount };
}

function bitsOf(values: StructValues, isSet: (value: StructValues[number]) => boolean): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 64) * 8);
  values.forEach((value, i) => {
    if (isSet(value)) bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
  });
  return bits;
}

function describe(value: unknown): string {
  return value instanceof Uint8Array ? 'bytes' : `${typeof value} ${String(value)}`;
}
