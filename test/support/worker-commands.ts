import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GroupedMap, Outcome, PartitionTask } from '../../src/engines/engine.ts';
import { LocalEngine } from '../../src/engines/local/local-engine.ts';
import type { GroupCommand } from '../../src/engines/spark/command.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import type { Frame } from '../../src/frame/frame.ts';
import { frameOf, numbers, texts, times } from '../features/frames.ts';
import type { FakeJvm, Group } from './fake-jvm.ts';
import { writeSnapshotFile } from './snapshot-file.ts';

export const MODULE = join(import.meta.dirname, 'engine-functions.js');
export const ROWS = 300;

/** Missing values, texts short and long and beyond ASCII, times before 1970. */
export const frame: Frame = frameOf(
  numbers(
    'value',
    Array.from({ length: ROWS }, (_, row) => (row % 11 === 3 ? null : row / 3)),
  ),
  texts(
    'name',
    Array.from({ length: ROWS }, (_, row) =>
      row % 7 === 6
        ? null
        : ['zebra', 'äpfel und birnen', '', 'a text of more bytes', '𝒳'][row % 5],
    ).map((name) => name ?? null),
  ),
  times(
    'when',
    Array.from({ length: ROWS }, (_, row) =>
      row % 13 === 5 ? null : new Date((row - 100) * 86_400_001).toISOString(),
    ),
  ),
);

/** Puts the test's module where Spark puts artifacts; returns its name there. */
export function useModule(jvm: FakeJvm): string {
  copyFileSync(MODULE, join(jvm.folder, 'engine-functions.mjs'));
  return 'engine-functions.mjs';
}

export function commandOf(
  spark: GroupCommand['spark'],
  name: string,
  tasks: readonly PartitionTask[],
): GroupCommand {
  return {
    mode: 'group',
    spark,
    fn: { name, args: {} },
    columns: frame.columns.map(({ name: column, kind }) => ({ name: column, kind })),
    rowHashes: true,
    tasks,
    limits: { seconds: 60, memoryMb: 512 },
  };
}

/** Each partition has one row and misbehaves as its name says. */
export function misbehave(jvm: FakeJvm, names: readonly string[]): GroupCommand {
  const tasks = names.map((how, i) => {
    const ranges = [{ start: i % ROWS, count: 1 }];
    return { partition: { id: `${i}`, text: how, ranges } };
  });
  const args = Object.fromEntries(names.map((how) => [how, how]));
  const fn = { name: 'misbehave', module: useModule(jvm), args };
  return { ...commandOf(jvm.version, 'misbehave', tasks), fn };
}

export function oneRowEach(count: number): readonly Group[] {
  return Array.from({ length: count }, (_, task) => ({ task, batches: [[task % ROWS]] }));
}

export function partition(name: string, start: number, count: number): PartitionTask {
  return { partition: { id: name, text: name, ranges: [{ start, count }] } };
}

export function rowsOf({ partition: { ranges } }: PartitionTask): number[] {
  return ranges.flatMap(({ start, count }) => Array.from({ length: count }, (_, i) => start + i));
}

export function shuffled(rows: readonly number[]): readonly number[] {
  return [...rows].sort((a, b) => ((a * 7919) % 101) - ((b * 7919) % 101));
}

/** The rows of all groups one after the other, so many in a batch. */
export function batchesOf(groups: readonly Group[], length: number) {
  const all = groups.flatMap(({ task, batches }) => batches.flat().map((row) => ({ task, row })));
  const count = Math.ceil(all.length / length);
  return Array.from({ length: count }, (_, i) => {
    const some = all.slice(i * length, (i + 1) * length);
    return { of: some.map(({ task }) => task), rows: some.map(({ row }) => row) };
  });
}

/** What the local engine gives for the same command over the same rows. */
export async function runLocally(command: GroupCommand): Promise<readonly Outcome[]> {
  const engine = new LocalEngine({ threads: 1 });
  const { columns, rowHashes, tasks, fn, limits, folds } = command;
  const map: GroupedMap = {
    snapshot: { digest: digestBytes('snapshot'), path: await writeSnapshotFile(frame) },
    columns: columns.map(({ name }) => name),
    rowHashes,
    tasks,
    fn,
    limits,
    ...(folds && { folds }),
  };
  const outcomes: Outcome[] = [];
  for await (const arrived of engine.map(map, new AbortController().signal))
    outcomes.push(...arrived);
  await engine.close();
  return outcomes;
}
