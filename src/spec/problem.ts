import { Failure } from '../domain/failure.ts';

/** Keys and list positions from the top of the spec to a value. */
export type Path = readonly (string | number)[];

/** Both count from 1. */
export type Place = { readonly line: number; readonly column: number };

/** One thing that is wrong with a spec; `place` is null where there is no text (the TypeScript builder). */
export type Problem = {
  readonly path: Path;
  readonly place: Place | null;
  readonly message: string;
};

/** How many problems a message lists; the rest is counted. */
const MAX_LISTED = 50;

/** Everything that is wrong with a spec, at once. */
export class SpecFailure extends Failure {
  readonly fileName: string;
  readonly problems: readonly Problem[];

  constructor(fileName: string, problems: readonly Problem[]) {
    const sorted = [...problems].sort(byPlace);
    super('invalid-spec', describe(fileName, sorted));
    this.fileName = fileName;
    this.problems = sorted;
  }
}

/** `features.engineer[2].lag`; the empty path is the spec itself. */
export function pathText(path: Path): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`))
    .join('');
}

/** `sales.yaml:3:1: partiton: Unknown key. …` */
export function problemText(fileName: string, { path, place, message }: Problem): string {
  const where = place === null ? fileName : `${fileName}:${place.line}:${place.column}`;
  const what = path.length === 0 ? '' : ` ${pathText(path)}:`;
  return `${where}:${what} ${message}`;
}

function describe(fileName: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? 'an error' : `${problems.length} errors`;
  const lines = problems.slice(0, MAX_LISTED).map((problem) => problemText(fileName, problem));
  if (problems.length > MAX_LISTED) lines.push(`… and ${problems.length - MAX_LISTED} more.`);
  return [`The spec ${fileName} has ${count}.`, ...lines].join('\n  ');
}

function byPlace(a: Problem, b: Problem): number {
  return (
    (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0)
  );
}
