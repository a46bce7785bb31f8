import type { Digest } from '../domain/digest.ts';
import type { ObjectStore } from './object-store.ts';
import type { MemberRange, PackMember } from './objects/pack.ts';

/** Stored bytes that a task of an engine is given under a name. */
export type StoredInput = PackMember & { readonly name: string };

/** The same as a range of a file of this machine. */
type LocalInput = MemberRange & { readonly name: string; readonly path: string };

/** The inputs where engines can read them; what lies in one pack is asked for once. */
export async function localInputs(
  inputs: readonly StoredInput[],
  objects: Pick<ObjectStore, 'path'>,
): Promise<readonly LocalInput[]> {
  const paths = new Map<Digest, string>();
  for (const { pack } of inputs) if (!paths.has(pack)) paths.set(pack, await objects.path(pack));
  return inputs.map(({ name, pack, offset, length }) => ({
    name,
    path: paths.get(pack) as string,
    offset,
    length,
  }));
}

/** Tasks with their inputs so. */
export async function withLocalInputs<Task extends { readonly inputs?: readonly StoredInput[] }>(
  tasks: readonly Task[],
  objects: Pick<ObjectStore, 'path'>,
): Promise<readonly (Omit<Task, 'inputs'> & { readonly inputs?: readonly LocalInput[] })[]> {
  const all = await localInputs(
    tasks.flatMap(({ inputs = [] }) => inputs),
    objects,
  );
  let next = 0;
  return tasks.map(({ inputs, ...task }) => {
    if (inputs === undefined) return task;
    const from = next;
    next += inputs.length;
    return { ...task, inputs: all.slice(from, next) };
  });
}
