import { ApplicationFailure } from '@temporalio/common';
import type { FailureKind } from '../src/domain/failure.ts';
import { isFailure } from '../src/domain/failure.ts';

/** How many attempts a failure is worth, and the pause before the next one where Temporal's growing one is too long. */
type Worth = { readonly attempts: number; readonly pause?: '250 ms' };

/** The same again would fail the same way. */
const FINAL: Worth = { attempts: 1 };
/** What nobody foresaw: a few quick attempts, in case that it only looked like a bug. */
const BUG: Worth = { attempts: 3, pause: '250 ms' };
/** Space or permission that a person may give within minutes; then the run says so and ends. */
const BLOCKED: Worth = { attempts: 10 };
/** A server that is away comes back, be it tomorrow: as often as `workflows/activity-calls.ts` allows. */
const OUTAGE: Worth = { attempts: Number.POSITIVE_INFINITY };

/** The one table of what is worth trying again. */
const WORTH_OF_KIND: { readonly [kind in FailureKind]: Worth } = {
  usage: FINAL,
  'invalid-spec': FINAL,
  'invalid-data': FINAL,
  'limit-exceeded': FINAL,
  'not-found': FINAL,
  conflict: FINAL,
  unreachable: OUTAGE,
  'corrupt-object': FINAL,
  'run-failed': FINAL,
  'not-reproducible': FINAL,
  cancelled: FINAL,
  unsupported: FINAL,
};

/** The system's, S3's and Postgres' codes (SQLSTATE classes) of what is nobody's bug, whoever threw them. */
const BLOCKED_CODES =
  /^(ENOSPC|EDQUOT|EACCES|EPERM|EROFS|53100|AccessDenied|NoSuchBucket|PermanentRedirect)$/;
const OUTAGE_CODES =
  /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EMFILE|ENFILE|EBUSY|EAGAIN|EIO|(08|40|53|57)\w{3}|55P03)$/;

/** What Temporal is told of an activity's failed attempt (1, 2 …): the failure's kind as its type, and whether to go on trying. */
export function toApplicationFailure(error: unknown, attempt: number): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const { attempts, pause } = worthOf(error);
  return ApplicationFailure.create({
    message: error instanceof Error ? error.message : String(error),
    type: isFailure(error) ? error.kind : nameOf(error),
    nonRetryable: attempt >= attempts,
    ...(pause === undefined ? {} : { nextRetryDelay: pause }),
    ...(error instanceof Error ? { cause: error } : {}),
  });
}

function worthOf(error: unknown): Worth {
  const codes = codesOf(error);
  if (codes.some((code) => BLOCKED_CODES.test(code))) return BLOCKED;
  if (isFailure(error)) return WORTH_OF_KIND[error.kind];
  return codes.some((code) => OUTAGE_CODES.test(code)) ? OUTAGE : BUG;
}

/** The codes of an error and of everything that caused it. */
function codesOf(error: unknown): readonly string[] {
  const codes: string[] = [];
  for (let next = error; next instanceof Error; next = next.cause)
    if ('code' in next) codes.push(String(next.code));
  return codes;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}
