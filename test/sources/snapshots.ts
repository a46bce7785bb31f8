import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSnapshot, type SnapshotRows } from '../../src/frame/snapshot-reader.ts';
import { makeSnapshot } from '../../src/sources/make-snapshot.ts';
import type { Snapshot } from '../../src/sources/snapshot.ts';
import type { SnapshotRequest } from '../../src/sources/snapshot-request.ts';
import { experiment } from '../../src/spec/parse-spec.ts';
import type { SpecInput } from '../../src/spec/spec.ts';
import { testFolder } from '../support/test-folder.ts';

type Wishes = Partial<Omit<SpecInput, 'version' | 'name' | 'data'>> & {
  readonly data?: Partial<SpecInput['data']>;
  readonly sourceUrl?: string;
  readonly folder?: string;
};

/** A request for a snapshot: key `k`, target `y`, regression unless told otherwise. */
export function requestOf(
  source: SpecInput['data']['source'],
  { data, sourceUrl, folder = testFolder(), ...wishes }: Wishes = {},
): SnapshotRequest {
  const { spec } = experiment({
    version: 1,
    name: 'test',
    partition: { by: 'k' },
    target: { column: 'y', task: 'regression' },
    ...wishes,
    data: { source, ...data },
  });
  return {
    spec,
    baseFolder: folder,
    outputFolder: join(folder, 'out'),
    limits: { memoryMb: 1024, diskMb: 4096, seconds: 60, threads: 2 },
    ...(sourceUrl === undefined ? {} : { sourceUrl }),
  };
}

export type Taken = { readonly snapshot: Snapshot; readonly parquetPath: string };

export function take(request: SnapshotRequest): Promise<Taken> {
  return makeSnapshot(request, new AbortController().signal);
}

/** The snapshot of a CSV text. */
export function takeCsv(text: string | Buffer, wishes: Wishes = {}): Promise<Taken> {
  const folder = wishes.folder ?? testFolder();
  writeFileSync(join(folder, 'data.csv'), text);
  return take(requestOf({ kind: 'csv', path: 'data.csv' }, { ...wishes, folder }));
}

/** Every row of a snapshot, all columns or those named. */
export async function readAll(
  { snapshot, parquetPath }: Taken,
  columns = snapshot.columns.map(({ name }) => name),
): Promise<SnapshotRows & { readonly sourceRows: Int32Array }> {
  const reader = await openSnapshot(parquetPath);
  try {
    const everything = [{ start: 0, count: snapshot.rowCount }];
    const rows = await reader.read(everything, columns, { sourceRows: true });
    return { ...rows, sourceRows: rows.sourceRows as Int32Array };
  } finally {
    await reader.close();
  }
}

/** A column's values as people would write them: null = missing, times as ISO text. */
export async function valuesOf(
  taken: Taken,
  name: string,
): Promise<readonly (string | number | null)[]> {
  const { frame, sourceRows } = await readAll(taken, [name]);
  const column = frame.columns[0];
  if (column === undefined) throw new RangeError(name);
  const values = Array.from({ length: frame.rowCount }, (_, row) => {
    if (column.kind === 'category') return column.levels[column.codes[row] as number] ?? null;
    const value = (column.kind === 'number' ? column.values : column.micros)[row] as number;
    if (Number.isNaN(value)) return null;
    return column.kind === 'number' ? value : new Date(value / 1000).toISOString();
  });
  const inOrder: (string | number | null)[] = [];
  sourceRows.forEach((place, row) => {
    inOrder[place] = values[row] ?? null;
  });
  return inOrder;
}

/** A cell as CSV has it: null is empty, text is quoted. */
const quote = (text: string | null): string =>
  text === null ? '' : `"${text.replaceAll('"', '""')}"`;
/** A CSV text of these rows. */
export const csvOf = (
  header: string,
  rows: readonly (readonly (string | number | null)[])[],
): string =>
  `${header}\n${rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell : quote(cell))).join(',')).join('\n')}\n`;
