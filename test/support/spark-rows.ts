import type { Execution } from '../../src/engines/spark/connect/execution.ts';
import { frameFromArrow } from '../../src/frame/arrow.ts';

/** The first column of an Arrow stream, which holds numbers. */
export function numbersOf(arrow: Uint8Array): readonly number[] {
  const [first] = frameFromArrow(arrow).columns;
  if (first?.kind !== 'number') throw new Error('The first column holds no numbers.');
  return [...first.values];
}

/** The Arrow streams of an execution, in order. */
export async function batchesOf(execution: Execution): Promise<readonly Uint8Array[]> {
  const batches: Uint8Array[] = [];
  for await (const event of execution) if (event.kind === 'batch') batches.push(event.arrow);
  return batches;
}

export async function readAll(events: AsyncIterator<unknown>): Promise<void> {
  while ((await events.next()).done !== true);
}

/** What an execution rejects with, if it does. */
export function failureOf(execution: Execution): Promise<unknown> {
  return readAll(execution[Symbol.asyncIterator]()).then(
    () => undefined,
    (error: unknown) => error,
  );
}
