import { Failure } from '../../../domain/failure.ts';

/** The system's codes of a server that is not there, and the SDK's own names for it. */
const AWAY =
  /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|TimeoutError|SlowDown|RequestTimeout|ServiceUnavailable|InternalError)$/;
const UNKNOWN_WE = /^(Credentials\w*Error|Expired\w+|TokenRefreshRequired|Invalid\w*Token\w*)$/;
const ELSEWHERE = /^(PermanentRedirect|AuthorizationHeaderMalformed|TemporaryRedirect)$/;

/**
 * What S3 or its SDK says of a request, as a failure with a way out; undefined for what is no one's mistake. The error itself
 * is let go: it may name the key of whoever asked. Its name stays, as the code of the cause.
 */
export function bucketFailure(error: unknown, bucket: string): Failure | undefined {
  const { name, status } = answerOf(error);
  const sentence = sentenceOf(name, status, bucket);
  if (sentence === undefined) return undefined;
  const code = status === 403 || status === 401 ? 'AccessDenied' : name;
  const cause = Object.assign(new Error(`S3: ${name} (${status ?? 'no answer'})`), { code });
  return new Failure('unreachable', sentence, { cause });
}

function sentenceOf(name: string, status: number | undefined, bucket: string): string | undefined {
  if (name === 'NoSuchBucket')
    return `There is no bucket "${bucket}": make it, or name another one in PARTITA_OBJECTS.`;
  if (ELSEWHERE.test(name) || status === 301)
    return `The bucket "${bucket}" is in another region: set AWS_REGION to that one.`;
  if (status === 401 || status === 403 || UNKNOWN_WE.test(name))
    return `S3 refuses the bucket "${bucket}" to these credentials (${name}): they are those that the SDK of AWS finds (AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or the machine's role), and have to allow to list, read, write and delete there.`;
  if (name === 'Region is missing')
    return `The region of the bucket "${bucket}" is not known: set AWS_REGION.`;
  if (AWAY.test(name) || (status !== undefined && status >= 500))
    return `S3 can't be reached for the bucket "${bucket}" (${name}): try again once it answers, or set AWS_ENDPOINT_URL_S3 to where it is.`;
  return undefined;
}

/** The name of what went wrong: S3's, the SDK's, or the system's; and the status of the answer if there was one. */
export function answerOf(error: unknown): {
  readonly name: string;
  readonly status: number | undefined;
} {
  if (!(error instanceof Error)) return { name: '', status: undefined };
  const status = '$metadata' in error ? statusOf(error.$metadata) : undefined;
  if (error.message === 'Region is missing') return { name: error.message, status };
  const code = codeIn(error);
  return { name: code ?? error.name, status };
}

/** Node tries all addresses of a host, and tells of each. */
function codeIn(error: Error): string | undefined {
  if ('code' in error && typeof error.code === 'string') return error.code;
  const [first] = error instanceof AggregateError ? error.errors : [];
  return first instanceof Error ? codeIn(first) : undefined;
}

function statusOf(metadata: unknown): number | undefined {
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata))
    return undefined;
  const { httpStatusCode } = metadata;
  return typeof httpStatusCode === 'number' ? httpStatusCode : undefined;
}
