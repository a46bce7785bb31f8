import { type FailureKind, isFailure } from '../domain/failure.ts';
import type { RunStatus } from '../domain/run.ts';

/** Exit codes are part of the product: scripts depend on them. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  invalidSpec: 3,
  data: 4,
  partial: 5,
  runFailed: 6,
  unreachable: 7,
  mismatch: 8,
  detached: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const OF_FAILURE: { readonly [kind in FailureKind]: ExitCode } = {
  usage: EXIT.usage,
  'not-found': EXIT.usage,
  conflict: EXIT.usage,
  unsupported: EXIT.usage,
  'invalid-spec': EXIT.invalidSpec,
  'invalid-data': EXIT.data,
  'limit-exceeded': EXIT.data,
  'run-failed': EXIT.runFailed,
  cancelled: EXIT.runFailed,
  unreachable: EXIT.unreachable,
  'not-reproducible': EXIT.mismatch,
  // Stored bytes that changed are nobody's input.
  'corrupt-object': EXIT.unexpected,
};

const OF_RUN: { readonly [status in RunStatus]: ExitCode } = {
  PENDING: EXIT.ok,
  RUNNING: EXIT.ok,
  SUCCEEDED: EXIT.ok,
  PARTIAL: EXIT.partial,
  FAILED: EXIT.runFailed,
  CANCELLED: EXIT.runFailed,
};

export function exitCodeOfError(error: unknown): ExitCode {
  return isFailure(error) ? OF_FAILURE[error.kind] : EXIT.unexpected;
}

/** A run that failed for what it was given ends as if that had been refused at once: bad spec, bad data, no server. */
const OF_INPUT: readonly ExitCode[] = [EXIT.invalidSpec, EXIT.data, EXIT.unreachable];

export function exitCodeOfRun(status: RunStatus, kind: FailureKind | null = null): ExitCode {
  const ofFailure = kind === null ? EXIT.runFailed : OF_FAILURE[kind];
  return status === 'FAILED' && OF_INPUT.includes(ofFailure) ? ofFailure : OF_RUN[status];
}
