import type { Database } from '../frame/duckdb.ts';
import type { Spec } from '../spec/spec.ts';
import type { OnProgress } from './snapshot-request.ts';

/** Name of the table that holds a source's rows as they came, in their order (`rowid`). */
export const RAW = 'raw';

/** A column of the raw table; its column there is `c0`, `c1`, … since sources may have names that differ by case only. */
export type RawColumn = {
  readonly name: string;
  readonly column: string;
  /** DuckDB's type of the raw column. */
  readonly type: string;
  /** The source's own word for the type. */
  readonly sourceType: string;
  /** What the text of a VARCHAR may turn out to be, judged from all of its values. */
  readonly infer: 'nothing' | 'times' | 'everything';
};

export type RawTable = {
  readonly columns: readonly RawColumn[];
  /** Where the rows came from, without secrets. */
  readonly location: string;
  /** Columns that the spec drops and no table of ours can hold. */
  readonly leftOut: readonly { readonly name: string; readonly type: string }[];
};

/** What a reader needs besides its own part of the spec. */
export type LoadContext = {
  readonly database: Database;
  readonly baseFolder: string;
  readonly scratchFolder: string;
  readonly sourceUrl: string | undefined;
  readonly nullValues: readonly string[];
  /** Rows × columns that may be read. */
  readonly maxCells: number;
  /** Rows of a database that are enough; a file is read whole, since its types are judged by all values. */
  readonly rowLimit?: number;
  /** Columns that nothing is made of may have any type. */
  readonly isDropped: (column: string) => boolean;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
};

/** Reads one kind of source, once, into the raw table. */
export type SourceReader<Source extends Spec['data']['source']> = (
  source: Source,
  context: LoadContext,
) => Promise<RawTable>;

export function rawColumnName(index: number): string {
  return `c${index}`;
}
