import type { FetchErrorDetailsRequest } from './gen/spark/connect/FetchErrorDetailsRequest.ts';
import type { FetchErrorDetailsResponse__Output } from './gen/spark/connect/FetchErrorDetailsResponse.ts';
import { asServiceError, detailsOf } from './grpc-error.ts';
import type { SparkChannel } from './spark-channel.ts';
import { type SparkCause, SparkError } from './spark-error.ts';

const FETCH_MS = 30_000;
/** Java's frames shown of each exception. */
const FRAMES = 30;

/**
 * The whole of an error whose call carried only its beginning: full message, chain of causes, Java's stack. The error
 * itself when the server has no more to say.
 */
export async function fetchErrorDetails(
  channel: SparkChannel,
  envelope: FetchErrorDetailsRequest,
  error: Error,
): Promise<Error> {
  const call = asServiceError(error.cause);
  const errorId = call && detailsOf(call).info['errorId'];
  if (errorId === undefined || !(error instanceof SparkError)) return error;
  try {
    const response = await channel.ask<FetchErrorDetailsResponse__Output>(
      (metadata, options, done) =>
        channel.stub.fetchErrorDetails({ ...envelope, errorId }, metadata, options, done),
      FETCH_MS,
    );
    return detailed(error, response);
  } catch {
    // What is known already is worth more than why there is no more.
    return error;
  }
}

function detailed(error: SparkError, response: FetchErrorDetailsResponse__Output): SparkError {
  const { errors = [], rootErrorIdx } = response;
  const chain: (typeof errors)[number][] = [];
  for (let at: number | undefined = rootErrorIdx; at !== undefined; ) {
    const link: (typeof errors)[number] | undefined = errors[at];
    if (link === undefined || chain.includes(link)) break;
    chain.push(link);
    at = link.causeIdx;
  }
  const [first] = chain;
  if (first === undefined) return error;
  const causes = chain.map(
    ({ errorTypeHierarchy: [type = ''] = [], message = '' }): SparkCause => ({ type, message }),
  );
  const stack = chain.map(stackOf).join('\nCaused by: ');
  return new SparkError(first.message ?? error.message, {
    condition: first.sparkThrowable?.errorClass ?? error.condition,
    sqlState: first.sparkThrowable?.sqlState ?? error.sqlState,
    causes,
    stack: `SparkError: ${stack}`,
    cause: error.cause,
  });
}

function stackOf({
  errorTypeHierarchy: [type = ''] = [],
  message = '',
  stackTrace = [],
}: NonNullable<FetchErrorDetailsResponse__Output['errors']>[number]): string {
  const frames = stackTrace
    .slice(0, FRAMES)
    .map(
      ({ declaringClass, methodName, fileName, lineNumber }) =>
        `    at ${declaringClass}.${methodName} (${fileName}:${lineNumber})`,
    );
  return [`${type}: ${message}`, ...frames].join('\n');
}
