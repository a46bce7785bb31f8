import { Failure, isFailure } from '../../../domain/failure.ts';
import type { SparkPlace } from '../connect/plan.ts';
import { SparkError } from '../connect/spark-error.ts';
import { jobFailure } from '../job-failure.ts';
import { MISSING } from '../source/source-failure.ts';

const THERE_ALREADY = /^(TABLE_OR_VIEW_ALREADY_EXISTS|PATH_ALREADY_EXISTS|LOCATION_ALREADY_EXISTS)/;

/** What an error while a table is scored means to whoever named it. */
export function scoringFailure(
  error: unknown,
  { from, to }: { readonly from: SparkPlace; readonly to: SparkPlace },
): unknown {
  if (!(error instanceof SparkError) || isFailure(error)) return error;
  if (isThereAlready(error))
    return new Failure('usage', alreadyThere(nameOf(to)), { cause: error });
  if (MISSING.test(error.condition ?? ''))
    return new Failure('invalid-data', `Spark has no ${nameOf(from)}: ${error.message}`, {
      cause: error,
    });
  return jobFailure(error, { snapshot: { path: nameOf(from) } });
}

/** Whether something was there before Spark wrote anything. */
export function isThereAlready(error: unknown): boolean {
  return error instanceof SparkError && THERE_ALREADY.test(error.condition ?? '');
}

/** Says that nothing is written there. */
export function alreadyThere(name: string): string {
  return `${name} is there already, and what Spark writes would replace all of it: give another name, or remove it first.`;
}

function nameOf(place: SparkPlace): string {
  return 'table' in place ? place.table : place.path;
}
