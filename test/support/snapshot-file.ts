import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/frame/duckdb.ts';
import type { ColumnValues, TableType } from '../../src/frame/duckdb-write.ts';
import type { Column, Frame } from '../../src/frame/frame.ts';
import { hashRows } from '../../src/frame/row-hash.ts';
import {
  HASH_HIGH,
  HASH_LOW,
  LAYOUT_KEY,
  ROW,
  SOURCE_ROW,
} from '../../src/frame/snapshot-layout.ts';
import { sqlName, sqlPath, sqlText } from '../../src/frame/sql-text.ts';

/** A snapshot file that holds the frame's rows as they are: what engines read, without a source. Returns its path. */
export async function writeSnapshotFile(frame: Frame): Promise<string> {
  const path = join(mkdtempSync(join(tmpdir(), 'partita-snapshot-')), 'snapshot.parquet');
  const database = await openDatabase({ threads: 1 });
  const numbers = Int32Array.from({ length: frame.rowCount }, (_, row) => row);
  const words = new BigUint64Array(frame.rowCount * 2);
  const hashes = new DataView(hashRows(frame).buffer);
  for (let i = 0; i < words.length; i++) words[i] = hashes.getBigUint64(i * 8);
  const high = words.filter((_, i) => i % 2 === 0);
  const low = words.filter((_, i) => i % 2 === 1);
  const table = await database.createTable('rows', [
    { name: ROW, type: 'INTEGER' },
    { name: SOURCE_ROW, type: 'INTEGER' },
    { name: HASH_HIGH, type: 'UBIGINT' },
    { name: HASH_LOW, type: 'UBIGINT' },
    ...frame.columns.map((column) => ({ name: column.name, type: typeOf(column) })),
  ]);
  table.append([numbers, numbers, high, low, ...frame.columns.map(valuesOf)], frame.rowCount);
  table.close();
  const layout = frame.columns.map(({ name, kind }) => ({ name, kind, storedAs: name }));
  await database.run(
    `COPY (SELECT * FROM rows ORDER BY ${sqlName(ROW)}) TO ${sqlPath(path)} (FORMAT parquet, KV_METADATA { ${sqlName(LAYOUT_KEY)}: ${sqlText(JSON.stringify(layout))} })`,
  );
  database.close();
  return path;
}

function typeOf(column: Column): TableType {
  return { number: 'DOUBLE', category: 'VARCHAR', time: 'TIMESTAMP' }[column.kind] as TableType;
}

function valuesOf(column: Column): ColumnValues {
  switch (column.kind) {
    case 'number':
      return [...column.values].map((value) => (Number.isNaN(value) ? null : value));
    case 'time':
      return [...column.micros].map((value) => (Number.isNaN(value) ? null : BigInt(value)));
    case 'category':
      return [...column.codes].map((code) => column.levels[code] ?? null);
  }
}
