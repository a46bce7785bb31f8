import { type FailureKind, isFailure } from '../domain/failure.ts';
import { suggestedName } from '../domain/nearest-name.ts';
import { SpecFailure } from '../spec/problem.ts';
import type { Problem, ProblemCode, SpecProblem } from './contract/problem.ts';
import { withoutPasswords } from './redact.ts';

type Status = 400 | 401 | 403 | 404 | 409 | 412 | 413 | 415 | 421 | 422 | 429 | 500 | 503;

/** The one table from what went wrong to an HTTP status. */
const STATUS: { readonly [code in ProblemCode]: Status } = {
  usage: 400,
  'invalid-spec': 422,
  'invalid-data': 422,
  'limit-exceeded': 422,
  'not-found': 404,
  conflict: 409,
  unreachable: 503,
  'corrupt-object': 500,
  'run-failed': 409,
  'not-reproducible': 409,
  cancelled: 409,
  unsupported: 422,
  'bad-request': 400,
  unauthenticated: 401,
  forbidden: 403,
  'wrong-host': 421,
  'cross-site': 403,
  'unknown-path': 404,
  'too-large': 413,
  'not-json': 415,
  'changed-meanwhile': 412,
  'too-many': 429,
  unexpected: 500,
};

/** What only HTTP can refuse: thrown anywhere, answered as a problem. */
export class WebFailure extends Error {
  override readonly name = 'WebFailure';
  readonly code: Exclude<ProblemCode, FailureKind>;

  constructor(code: Exclude<ProblemCode, FailureKind>, message: string) {
    super(message);
    this.code = code;
  }
}

/** Problems of the endpoints, for the OpenAPI document. */
export const PROBLEM_STATUSES: readonly number[] = [...new Set(Object.values(STATUS))].sort(
  (a, b) => a - b,
);

export function problemResponse(found: Problem): Response {
  return new Response(JSON.stringify(found), {
    status: found.status,
    headers: { 'content-type': 'application/problem+json' },
  });
}

export function problemOf(code: ProblemCode, detail: string): Problem {
  const title = code.replaceAll('-', ' ');
  const type = `urn:partita:problem:${code}`;
  return { type, title, status: STATUS[code], detail: withoutPasswords(detail), code };
}

/** What went wrong, for the one who asked; null for what nobody expected. */
export function problemOfError(error: unknown): Problem | null {
  if (error instanceof WebFailure) return problemOf(error.code, error.message);
  if (error instanceof SpecFailure)
    return { ...problemOf(error.kind, error.message), problems: specProblems(error) };
  return isFailure(error) ? problemOf(error.kind, error.message) : null;
}

export function specProblems({ problems }: SpecFailure): SpecProblem[] {
  return problems.map(({ path, place, message }) => ({
    path: [...path],
    place,
    message,
    suggestion: suggestedName(message),
  }));
}
