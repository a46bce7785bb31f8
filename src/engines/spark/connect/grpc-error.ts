import { type ServiceError, status } from '@grpc/grpc-js';
import { sparkProtocol } from './protocol.ts';

/** What a server says about an error besides its text. */
export type ErrorDetails = {
  /** Spark's: `errorId`, `errorClass`, `sqlState`. */
  readonly info: { readonly [name: string]: string };
  /** How long the server asks us to wait before we try again, milliseconds; undefined: it does not ask us to. */
  readonly retryAfterMs: number | undefined;
};

const NO_DETAILS: ErrorDetails = { info: {}, retryAfterMs: undefined };
const DETAILS_KEY = 'grpc-status-details-bin';

/** The error as gRPC's, when it is one. */
export function asServiceError(error: unknown): ServiceError | undefined {
  const isOne =
    error instanceof Error && 'code' in error && 'details' in error && 'metadata' in error;
  return isOne ? (error as ServiceError) : undefined;
}

export function detailsOf({ metadata }: ServiceError): ErrorDetails {
  const [bytes] = metadata.get(DETAILS_KEY);
  if (!(bytes instanceof Buffer)) return NO_DETAILS;
  const { ErrorInfo, RetryInfo, Status } = sparkProtocol();
  let found = NO_DETAILS;
  for (const { type_url: type = '', value } of Status.deserialize(bytes).details ?? []) {
    const content = Buffer.from(value as Uint8Array);
    if (type.endsWith('/google.rpc.ErrorInfo'))
      found = { ...found, info: ErrorInfo.deserialize(content).metadata ?? {} };
    if (type.endsWith('/google.rpc.RetryInfo')) {
      const { seconds = 0, nanos = 0 } = RetryInfo.deserialize(content).retryDelay ?? {};
      found = { ...found, retryAfterMs: Number(seconds) * 1000 + nanos / 1e6 };
    }
  }
  return found;
}

/** Whether Spark's own clients try again after this: the connection broke, or the server asks for it. */
export function mayRetry(error: ServiceError): boolean {
  return (
    error.code === status.UNAVAILABLE ||
    (error.code === status.INTERNAL && error.details.includes('INVALID_CURSOR.DISCONNECTED')) ||
    detailsOf(error).retryAfterMs !== undefined
  );
}
