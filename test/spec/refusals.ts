import { parseSpec } from '../../src/spec/parse-spec.ts';
import { type Problem, SpecFailure } from '../../src/spec/problem.ts';

/** The failure of a spec that must not pass. */
export function refusal(content: string | Uint8Array, fileName = 'sales.yaml'): SpecFailure {
  try {
    parseSpec(content, { fileName });
  } catch (error) {
    if (error instanceof SpecFailure) return error;
    throw error;
  }
  throw new Error('The spec was accepted.');
}

/** The only problem of a spec. */
export function soleProblem(content: string | Uint8Array, fileName?: string): Problem {
  const { problems, message } = refusal(content, fileName);
  if (problems.length !== 1) throw new Error(`Not one problem: ${message}`);
  return problems[0] as Problem;
}
