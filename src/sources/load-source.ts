import { Failure } from '../domain/failure.ts';
import type { Spec } from '../spec/spec.ts';
import { loadArrow } from './load-arrow.ts';
import { loadCsv } from './load-csv.ts';
import { loadJson } from './load-json.ts';
import { loadParquet } from './load-parquet.ts';
import { loadPostgres } from './postgres.ts';
import type { LoadContext, RawTable } from './raw-table.ts';

/** Reads a source, once, into the raw table. A new kind of source is one file and one line here. */
export function loadSource(
  source: Spec['data']['source'],
  context: LoadContext,
): Promise<RawTable> {
  switch (source.kind) {
    case 'csv':
      return loadCsv(source, context);
    case 'parquet':
      return loadParquet(source, context);
    case 'json':
      return loadJson(source, context);
    case 'arrow':
      return loadArrow(source, context);
    case 'postgres':
      return loadPostgres(source, context);
    case 'spark':
      throw new Failure(
        'unsupported',
        'A table on Spark is read by its cluster, not by this machine: ask for it in a spec with `engine.kind: spark`.',
      );
  }
}
