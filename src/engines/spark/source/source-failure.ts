import { Failure, isFailure } from '../../../domain/failure.ts';
import type { SnapshotRequest } from '../../../sources/snapshot-request.ts';
import { SparkError } from '../connect/spark-error.ts';
import { jobFailure } from '../job-failure.ts';

/** Conditions of Spark for a table that is not there. */
export const MISSING = /^(TABLE_OR_VIEW_NOT_FOUND|PATH_NOT_FOUND|SCHEMA_NOT_FOUND)/;

/** What an error on the way from a table to its snapshot means to whoever named the table. */
export function sourceFailure(error: unknown, { spec, outputFolder }: SnapshotRequest): unknown {
  if (!(error instanceof SparkError) || isFailure(error)) return error;
  const { source } = spec.data;
  const name = source.kind === 'spark' ? (source.table ?? source.path) : source.kind;
  if (MISSING.test(error.condition ?? ''))
    return new Failure('invalid-data', `\`data.source\`: Spark has no ${name}: ${error.message}`, {
      cause: error,
    });
  return jobFailure(error, { snapshot: { path: outputFolder } });
}
