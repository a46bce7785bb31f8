import { type ServiceError, status } from '@grpc/grpc-js';
import { Failure } from '../../../domain/failure.ts';
import { asServiceError, detailsOf } from './grpc-error.ts';

/** One exception of the chain that ended a query, outermost first. */
export type SparkCause = {
  /** Java's class. */
  readonly type: string;
  readonly message: string;
};

/** Spark's refusal or failure of a request, with all that it knows about it. */
export class SparkError extends Error {
  /** Spark's error condition (`TABLE_OR_VIEW_NOT_FOUND`), where it has one. */
  readonly condition: string | undefined;
  readonly sqlState: string | undefined;
  readonly causes: readonly SparkCause[];

  constructor(
    message: string,
    facts: {
      readonly condition?: string | undefined;
      readonly sqlState?: string | undefined;
      readonly causes?: readonly SparkCause[];
      readonly stack?: string | undefined;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: facts.cause });
    this.name = 'SparkError';
    this.condition = facts.condition;
    this.sqlState = facts.sqlState;
    this.causes = facts.causes ?? [];
    if (facts.stack !== undefined) this.stack = facts.stack;
  }
}

/** Whether the server no longer knows the session: it restarted, or released it. */
export function isSessionGone(error: unknown): boolean {
  return (
    error instanceof SparkError &&
    /^INVALID_HANDLE\.SESSION_(NOT_FOUND|CLOSED|CHANGED)/.test(error.condition ?? '')
  );
}

/** Whether the server no longer has the operation, or the part of its result that was asked for. */
export function isOperationGone(error: unknown): boolean {
  return (
    error instanceof SparkError &&
    /^(INVALID_HANDLE\.OPERATION_(NOT_FOUND|ABANDONED)|INVALID_CURSOR\.)/.test(
      error.condition ?? '',
    )
  );
}

/** What an error of a call means to us: `unreachable` names the address, `cancelled` was asked for; the rest is Spark's. */
export function errorOfCall(error: unknown, address: string): Error {
  const call = asServiceError(error);
  if (call === undefined) return error instanceof Error ? error : new Error(String(error));
  if (call.code === status.UNAVAILABLE || call.code === status.DEADLINE_EXCEEDED)
    return unreachable(
      `Spark Connect at ${address} can't be reached (${call.details}). Start the server, or correct engine.remote`,
      call,
    );
  if (call.code === status.UNAUTHENTICATED || call.code === status.PERMISSION_DENIED)
    return unreachable(
      `Spark Connect at ${address} refuses us (${call.details}). Correct the token in engine.remote`,
      call,
    );
  return sparkErrorOf(call);
}

function sparkErrorOf(call: ServiceError): Error {
  const { info } = detailsOf(call);
  const condition = conditionOf(call);
  if (condition === 'OPERATION_CANCELED' || call.code === status.CANCELLED)
    return new Failure('cancelled', 'The work on Spark was cancelled.', { cause: call });
  return new SparkError(call.details, { condition, sqlState: info['sqlState'], cause: call });
}

/** `INVALID_HANDLE.SESSION_NOT_FOUND` of `[INVALID_HANDLE.SESSION_NOT_FOUND] The handle …`. */
export function conditionOf(call: ServiceError): string | undefined {
  const { info } = detailsOf(call);
  return /\[([A-Z][A-Z0-9_]*(?:\.[A-Z0-9_]+)*)\]/.exec(call.details)?.[1] ?? info['errorClass'];
}

function unreachable(message: string, cause: Error): Failure {
  return new Failure('unreachable', `${message}.`, { cause });
}
