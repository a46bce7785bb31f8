import type { JsonObject } from '../../domain/json.ts';
import type { InputRef, PartitionTask } from '../engine.ts';

/** Tasks in few bytes: what several of them have in common (a partition, the path of an input) is said once. */
export type PackedTasks = {
  readonly partitions: readonly {
    readonly id: string;
    readonly text: string;
    /** Start and count of each range, one after the other. */
    readonly ranges: readonly number[];
  }[];
  readonly files: readonly string[];
  readonly tasks: readonly {
    /** Index into `partitions`. */
    readonly partition: number;
    readonly part?: JsonObject;
    /** Name, index into `files`, offset, length. */
    readonly inputs?: readonly (readonly [string, number, number, number])[];
  }[];
};

export function packTasks(tasks: readonly PartitionTask[]): PackedTasks {
  const partitions = new Table<PackedTasks['partitions'][number]>();
  const files = new Table<string>();
  const packed = tasks.map(({ partition: { id, text, ranges }, part, inputs }) => {
    const flat = () => ranges.flatMap(({ start, count }) => [start, count]);
    return {
      partition: partitions.place(id, () => ({ id, text, ranges: flat() })),
      ...(part && { part }),
      ...(inputs && {
        inputs: inputs.map(
          ({ name, path, offset, length }) =>
            [name, files.place(path, () => path), offset, length] as const,
        ),
      }),
    };
  });
  return { partitions: partitions.entries, files: files.entries, tasks: packed };
}

/** Throws `RangeError` when a task names what is not there. */
export function unpackTasks({ partitions, files, tasks }: PackedTasks): readonly PartitionTask[] {
  const refs = partitions.map(({ id, text, ranges }) => ({
    id,
    text,
    ranges: Array.from({ length: ranges.length / 2 }, (_, i) => ({
      start: ranges[i * 2] as number,
      count: ranges[i * 2 + 1] as number,
    })),
  }));
  return tasks.map(({ partition, part, inputs }) => ({
    partition: entryOf(refs, partition),
    ...(part && { part }),
    ...(inputs && {
      inputs: inputs.map(
        ([name, file, offset, length]): InputRef => ({
          name,
          path: entryOf(files, file),
          offset,
          length,
        }),
      ),
    }),
  }));
}

function entryOf<T>(entries: readonly T[], index: number): T {
  const entry = entries[index];
  if (entry === undefined) throw new RangeError(`There is no entry ${index} in the command.`);
  return entry;
}

/** Distinct entries by key, numbered in order of appearance. */
class Table<T> {
  readonly entries: T[] = [];
  readonly #places = new Map<string, number>();

  place(key: string, make: () => T): number {
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.entries.push(make()) - 1;
      this.#places.set(key, place);
    }
    return place;
  }
}
