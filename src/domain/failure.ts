/** Every failure we expect. A bug is any other exception. The boundary tables (exit codes, retries) are keyed by it. */
export const FAILURE_KINDS = [
  'usage',
  'invalid-spec',
  'invalid-data',
  'limit-exceeded',
  'not-found',
  'conflict',
  'unreachable',
  'corrupt-object',
  'run-failed',
  'not-reproducible',
  'cancelled',
  'unsupported',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** An expected failure: one sentence with the value, the place and the way out. */
export class Failure extends Error {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Failure';
    this.kind = kind;
  }
}

/** True for a `Failure` of any realm (threads and the Temporal sandbox have their own classes). */
export function isFailure(error: unknown): error is Failure {
  return error instanceof Error && error.name === 'Failure' && 'kind' in error;
}
