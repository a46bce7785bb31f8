import { pathToFileURL } from 'node:url';
import { Failure } from '../../domain/failure.ts';
import { applyRows, isRowFunction } from '../../partition/map/apply-rows.ts';
import type {
  PartitionContext,
  PartitionData,
  PartitionFunction,
  PartitionResult,
} from '../../partition/partition-function.ts';
import { findPartitionFunction } from '../../partition/registry.ts';
import type { FunctionRef } from '../engine.ts';
import { failedResult } from './failed-result.ts';
import type { TaskResult } from './thread-task.ts';

/** The function that a job names. Throws `Failure('not-found')` when neither registry nor module has it. */
export async function loadFunction({
  name,
  module,
}: Pick<FunctionRef, 'name' | 'module'>): Promise<PartitionFunction> {
  if (module === undefined) return findPartitionFunction(name);
  const exported = (await import(pathToFileURL(module).href)) as {
    readonly [key: string]: unknown;
  };
  const found = exported[name];
  if (isRowFunction(found)) return applyRows(found) as unknown as PartitionFunction;
  if (typeof found !== 'function')
    throw new Failure('not-found', `"${module}" exports no function "${name}".`);
  return found as PartitionFunction;
}

/** Calls the function; whatever it throws is its partition's failure. */
export async function runTask(
  fn: FunctionRef,
  data: PartitionData,
  context: PartitionContext,
): Promise<TaskResult> {
  try {
    const call = await loadFunction(fn);
    const result: unknown = call(data, fn.args, context);
    if (!isPartitionResult(result))
      throw new TypeError(
        `"${fn.name}" has to return { facts, blobs }: an object, and a Map of Uint8Array.`,
      );
    return { kind: 'ok', facts: result.facts, blobs: result.blobs };
  } catch (error) {
    return failedResult(error);
  }
}

/** What a user's function returns is not ours to trust. */
function isPartitionResult(result: unknown): result is PartitionResult {
  if (typeof result !== 'object' || result === null) return false;
  const { facts, blobs } = result as Partial<PartitionResult>;
  if (typeof facts !== 'object' || facts === null || !(blobs instanceof Map)) return false;
  return [...blobs.values()].every((bytes) => (bytes as unknown) instanceof Uint8Array);
}
