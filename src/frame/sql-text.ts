/** A name as SQL: quoted, so that no name is ever executed. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL literal, for places where a parameter can't stand. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A file's path for `read_parquet` and its kind, which would take `*`, `?` and `[` for patterns. */
export function sqlPath(path: string): string {
  return sqlText(path.replace(/[*?[]/g, '[$&]'));
}
