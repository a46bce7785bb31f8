import { Failure } from '../../domain/failure.ts';

/** A formula that can't be read or used; `at` is a 1-based character position. */
export function formulaProblem(at: number, message: string): Failure {
  return new Failure('invalid-spec', `Formula, character ${at}: ${message}`);
}
