import { Failure } from '../domain/failure.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { findPartition } from '../domain/partition.ts';
import { loadFunction } from '../engines/thread/run-task.ts';
import { openSnapshot } from '../frame/snapshot-reader.ts';
import type { ApplyArgs, ApplyFacts } from '../partition/map/apply-rows.ts';
import type { OutputSchema } from '../partition/map/row-function.ts';
import type { PartitionFunction } from '../partition/partition-function.ts';
import type { SnapshotPartition } from '../sources/snapshot.ts';
import type { Workshop } from './context.ts';
import { Debugging, type OnStep } from './debugging.ts';
import { columnsGiven, findFunction } from './map-function.ts';
import { type MappedRows, mappedColumns } from './mapped-rows.ts';
import { withSnapshot } from './passing-snapshot.ts';
import type { DebugMapRequest } from './requests.ts';

const SHOWN_ROWS = 20;

/**
 * The function of `partita map` in this process on one partition: a breakpoint in its TypeScript holds. Gives its first
 * rows. `functionsFolder`: where bundled files are kept.
 */
export async function debugMap(
  workshop: Pick<Workshop, 'snapshotRequest' | 'takeSnapshot'>,
  request: DebugMapRequest,
  functionsFolder: string,
  onStep: OnStep,
): Promise<JsonObject> {
  const { spec, map, baseFolder } = request;
  const { fn, name } = await findFunction(map, { baseFolder, folder: functionsFolder });
  // Stacks name the user's own lines.
  process.setSourceMapsEnabled(true);
  const source = workshop.snapshotRequest(spec, baseFolder);
  return withSnapshot(workshop, source, async ({ snapshot, path }) => {
    const partition = findPartition(snapshot.partitions, request.partition);
    const reader = await openSnapshot(path);
    try {
      const rows = await reader.read([partition], columnsGiven(snapshot.columns, request));
      // What `loadFunction` gives for a row function takes and gives these.
      const call = (await loadFunction(fn)) as unknown as PartitionFunction<ApplyArgs, ApplyFacts>;
      const asked = { key: partition.key, time: spec.time ?? null, args: map.args };
      const debugging = new Debugging(partition, rows, onStep);
      const declared = debugging.call(`${name}: output`, call, { ...asked, asks: 'output' }).facts;
      if (declared.kind !== 'output') throw wrong(name, declared);
      const { facts, blobs } = own(name, partition, () =>
        debugging.call(name, call, { ...asked, asks: 'rows' }),
      );
      if (facts.kind !== 'rows') throw wrong(name, facts);
      const first = firstRows({ partition, rows: facts.rows, blobs }, declared.output);
      const outputs = Object.fromEntries(first.map((row, i) => [`row ${i + 1}`, row]));
      onStep({ name: `${name}: first rows`, inputs: { rows: facts.rows }, outputs, ms: 0 });
      return { rows: facts.rows, first };
    } finally {
      await reader.close();
    }
  });
}

/**
 * What a user's function throws is no bug of Partita; its stack names the line. What it prints goes where people read:
 * standard output belongs to the result.
 */
function own<Result>(name: string, { text }: SnapshotPartition, call: () => Result): Result {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  try {
    return call();
  } catch (cause) {
    const why = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    throw new Failure('run-failed', `${name} failed on ${text}: ${why}`, { cause });
  } finally {
    process.stdout.write = write;
  }
}

function wrong(name: string, facts: ApplyFacts): Failure {
  const why = facts.kind === 'wrong' ? facts.problem : 'it gave no rows';
  return new Failure('invalid-spec', `${name}: ${why}`);
}

function firstRows(given: MappedRows, output: OutputSchema): readonly JsonObject[] {
  const columns = mappedColumns([], output)
    .slice(1)
    .map(({ name, type, valuesOf }) => ({ name, type, values: valuesOf(given) }));
  return Array.from({ length: Math.min(given.rows, SHOWN_ROWS) }, (_, row) =>
    Object.fromEntries(
      columns.map(({ name, type, values }): [string, Json] => {
        const value = values[row] ?? null;
        if (typeof value !== 'bigint') return [name, value];
        if (type !== 'TIMESTAMP') return [name, Number(value)];
        return [name, new Date(Number(value) / 1000).toISOString()];
      }),
    ),
  );
}
