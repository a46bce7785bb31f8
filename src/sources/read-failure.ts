import { Failure, isFailure } from '../domain/failure.ts';

const OUT_OF_MEMORY = /Out of Memory|memory limit|could not allocate/i;

/** What went wrong while reading: a `Failure` as it is, anything else as one that names the place. */
export function readFailure(error: unknown, place: string): Failure {
  if (isFailure(error)) return error;
  if (isOutOfMemory(error)) return outOfMemory(error);
  const message = error instanceof Error ? error.message : String(error);
  return new Failure('invalid-data', `${place} can't be read: ${firstLine(message)}`, {
    cause: error,
  });
}

export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && !isFailure(error) && OUT_OF_MEMORY.test(error.message);
}

export function outOfMemory(cause: unknown): Failure {
  return new Failure(
    'limit-exceeded',
    'The source needs more memory than reading may take: read less, by a query or fewer columns.',
    { cause },
  );
}

/** More cells than `limits.source_cells`. */
export function tooManyCells(
  place: string,
  rows: number,
  columns: number,
  maxCells: number,
): Failure {
  return new Failure(
    'limit-exceeded',
    `${place} holds ${rows.toLocaleString('en-US')} rows × ${columns} columns, more than the ${maxCells.toLocaleString('en-US')} cells of \`limits.source_cells\`: raise it, or read less.`,
  );
}

/** DuckDB's messages go on with advice about its own options. */
function firstLine(message: string): string {
  const [line = ''] = message.replace(/^(\w+ )*(Error|Exception): /, '').split('\n');
  return line.endsWith('.') ? line : `${line}.`;
}
