import { Failure, type FailureKind } from '../../domain/failure.ts';

type Explanation = {
  readonly kind: FailureKind;
  sentence(subject: string, folder: string): string;
};

const missing: Explanation = {
  kind: 'not-found',
  sentence: (subject, folder) => `There is no object ${subject} in ${folder}.`,
};
const link: Explanation = {
  kind: 'corrupt-object',
  sentence: (subject, folder) =>
    `${subject} is a symbolic link in ${folder}; objects are plain files. Put the file itself there.`,
};
/** Retried, bounded: space may be made meanwhile. */
const full: Explanation = {
  kind: 'unreachable',
  sentence: (subject, folder) =>
    `No space left for ${subject} in ${folder}; free some, then retry the run.`,
};
const forbidden: Explanation = {
  kind: 'unreachable',
  sentence: (subject, folder) =>
    `${folder} does not let this user read and write ${subject}; give the folder to the user who runs the worker.`,
};

/** The system's error codes that a user can do something about. */
const EXPLANATIONS: ReadonlyMap<string, Explanation> = new Map([
  ['ENOENT', missing],
  ['ELOOP', link],
  ['ENOSPC', full],
  ['EDQUOT', full],
  ['EACCES', forbidden],
  ['EPERM', forbidden],
  ['EROFS', forbidden],
]);

/** What the system says of a file, as a failure with a way out; undefined for what is no one's mistake. */
export function failureOf(error: unknown, subject: string, folder: string): Failure | undefined {
  const explanation = EXPLANATIONS.get(codeOf(error));
  if (explanation === undefined) return undefined;
  return new Failure(explanation.kind, explanation.sentence(subject, folder), { cause: error });
}

/** `ENOENT` and the like; empty for errors that are not the system's. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
