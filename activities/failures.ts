import { ApplicationFailure } from '@temporalio/common';
import type { FailureKind } from '../src/domain/failure.ts';
import { isFailure } from '../src/domain/failure.ts';

/** The one table of what is worth trying again. Everything that is no `Failure` is a bug or an outage: retried, bounded. */
const IS_RETRYABLE: { readonly [kind in FailureKind]: boolean } = {
  usage: false,
  'invalid-spec': false,
  'invalid-data': false,
  'limit-exceeded': false,
  'not-found': false,
  conflict: false,
  unreachable: true,
  'corrupt-object': false,
  'run-failed': false,
  'not-reproducible': false,
  cancelled: false,
  unsupported: false,
};

/** What Temporal is told: the failure's kind as its type, and whether to try again. */
export function toApplicationFailure(error: unknown): unknown {
  if (!isFailure(error)) return error;
  return ApplicationFailure.create({
    message: error.message,
    type: error.kind,
    nonRetryable: !IS_RETRYABLE[error.kind],
    cause: error,
  });
}
