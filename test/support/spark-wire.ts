import {
  type Command,
  encodeCommand,
  HASH_COLUMNS,
  MAP_IN_ARROW,
  NO_ROW,
  PLACE_COLUMN,
  SPARK_VERSIONS,
  type SparkVersion,
  wireVersion,
} from '../../src/engines/spark/command.ts';
import { blob, int, long, text } from '../../src/engines/spark/worker/wire.ts';
import {
  type StructField,
  type StructValues,
  StructWriter,
} from '../../src/frame/arrow-structs.ts';
import type { Column, Frame } from '../../src/frame/frame.ts';
import { hashRows } from '../../src/frame/row-hash.ts';

export type HeadChange = {
  readonly pythonVersion?: string;
  readonly command?: Uint8Array;
  readonly evalType?: number;
};

/** What precedes the data, as each version writes it. */
export function headOf(
  version: SparkVersion,
  folder: string,
  command: Command,
  change: HeadChange,
): Buffer {
  const isSince = (since: SparkVersion) =>
    SPARK_VERSIONS.indexOf(version) >= SPARK_VERSIONS.indexOf(since);
  const flag = (value: boolean) => Buffer.from([value ? 1 : 0]);
  const pairs = (...entries: readonly [string, string][]) => [
    int(entries.length),
    ...entries.flatMap(([key, value]) => [text(key), text(value)]),
  ];
  const context = {
    isBarrier: false,
    stageId: 4,
    partitionId: 3,
    attemptNumber: 0,
    taskAttemptId: 77,
    cpus: 1,
    resources: {},
    localProperties: { 'spark.job.description': 'ä' },
  };
  const binaryContext = [
    flag(false),
    ...(isSince('4.1') ? [] : [int(0), text('')]),
    int(4),
    int(3),
    int(0),
    long(77),
    int(1),
    int(1),
    text('gpu'),
    text('gpu'),
    int(2),
    text('0'),
    text('1'),
    ...pairs(['spark.job.description', 'ä']),
  ];
  const args = [0];
  const content = change.command ?? encodeCommand(command);
  const isProfiled = version === '4.1';
  const afterVersion = [
    ...(isSince('4.2') ? [text(JSON.stringify(context))] : binaryContext),
    text(folder),
    int(1),
    text('some.egg'),
    flag(false),
    int(2),
    long(5),
    text('/a/broadcast'),
    long(-6),
    int(change.evalType ?? MAP_IN_ARROW),
    ...pairs(['spark.sql.session.timeZone', 'UTC']),
    ...(isSince('4.2') ? pairs() : [flag(isProfiled), ...(isProfiled ? [text('perf')] : [])]),
    int(1),
    int(args.length),
    ...args.flatMap((arg) => [int(arg), ...(isSince('4.2') ? [flag(false)] : [])]),
    int(1),
    blob(content),
    ...(isSince('4.2') || isProfiled ? [long(1)] : []),
  ];
  const head = [int(3), text(change.pythonVersion ?? wireVersion(version)), ...afterVersion];
  return isSince('4.3') ? Buffer.concat([int(-8), blob(Buffer.concat(head))]) : Buffer.concat(head);
}

/** What stands before the named columns where hashes are asked for. */
const LEADING = [PLACE_COLUMN, ...HASH_COLUMNS];

/** Rows of a frame as Spark sends them: one struct column. */
export class GroupStream {
  readonly #frame: Frame;
  readonly #hashes: DataView;
  readonly #writer: StructWriter;

  constructor(frame: Frame) {
    this.#frame = frame;
    this.#hashes = new DataView(hashRows(frame).buffer);
    const data = frame.columns.map(
      ({ name, kind }): StructField => ({
        name,
        type: ({ number: 'double', category: 'string', time: 'timestamp_ntz' } as const)[kind],
      }),
    );
    this.#writer = new StructWriter([...LEADING, ...data]);
  }

  get schema(): Uint8Array {
    return this.#writer.schema;
  }

  /** `of`: the task of each row. A null stands for no row. */
  batch(of: readonly number[], rows: readonly (number | null)[]): Uint8Array {
    const hashAt = (row: number | null, offset: number) =>
      row === null ? null : this.#hashes.getBigInt64(row * 16 + offset);
    return this.#writer.batch([
      rows.map((row, i) => (BigInt(of[i] ?? 0) << 32n) | BigInt(row ?? NO_ROW)),
      rows.map((row) => hashAt(row, 0)),
      rows.map((row) => hashAt(row, 8)),
      ...this.#frame.columns.map((column) => rows.map((row) => cell(column, row))),
    ]);
  }
}

function cell(column: Column, row: number | null): StructValues[number] {
  if (row === null) return null;
  switch (column.kind) {
    case 'number': {
      const value = column.values[row] as number;
      return Number.isNaN(value) ? null : value;
    }
    case 'time': {
      const micros = column.micros[row] as number;
      return Number.isNaN(micros) ? null : BigInt(micros);
    }
    case 'category':
      return column.levels[column.codes[row] as number] ?? null;
  }
}

export function timesOf(version: SparkVersion): readonly string[] {
  const processing = version === '4.2' || version === '4.3' ? ['processing'] : [];
  return ['boot', 'init', 'finish', ...processing, 'memory', 'disk'];
}
