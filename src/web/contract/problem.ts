import { z } from 'zod';
import { FAILURE_KINDS } from '../../domain/failure.ts';

/** Codes that only HTTP has, beside the kinds of failure. */
export const WEB_CODES = [
  'bad-request',
  'unauthenticated',
  'forbidden',
  'wrong-host',
  'cross-site',
  'unknown-path',
  'too-large',
  'not-json',
  'changed-meanwhile',
  'too-many',
  'unexpected',
] as const;
export const PROBLEM_CODES = [...FAILURE_KINDS, ...WEB_CODES] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** Something wrong with a spec: where, what, and the nearest name that may have been meant. */
export const specProblem = z
  .strictObject({
    path: z.array(z.union([z.string(), z.number()])),
    place: z.strictObject({ line: z.int(), column: z.int() }).nullable(),
    message: z.string(),
    suggestion: z.string().nullable(),
  })
  .meta({ id: 'SpecProblem' });
export type SpecProblem = z.output<typeof specProblem>;

/** RFC 9457, with a stable `code`. `detail` is one sentence for people, with the value and the way out. */
export const problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(PROBLEM_CODES),
    /** Of an invalid spec. */
    problems: z.array(specProblem).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.output<typeof problem>;
