import { Failure } from '../domain/failure.ts';
import { asJson } from '../domain/json.ts';
import type { Engine, GroupedMap, Outcome } from '../engines/engine.ts';
import type { ApplyArgs, ApplyFacts, RowsAsked } from '../partition/map/apply-rows.ts';
import type { OutputSchema } from '../partition/map/row-function.ts';
import { type PartitionRef, partitionRef } from '../partition/partition-function.ts';
import type { SnapshotPartition } from '../sources/snapshot.ts';
import { repeated } from './answer-columns.ts';
import type { Workshop } from './context.ts';
import { type AppliedFunction, columnsGiven, findFunction, placeInFile } from './map-function.ts';
import { mappedColumns } from './mapped-rows.ts';
import { type PassingSnapshot, passingRows, withSnapshot } from './passing-snapshot.ts';
import type { MappedPartition, MapRequest, MapResult } from './requests.ts';
import { createTableFile } from './table-file.ts';

/** The largest partition that a function is tried on before the others get it. */
const TRIAL_ROWS = 10_000;

type Applying = {
  readonly request: MapRequest;
  readonly applied: AppliedFunction;
  readonly rows: PassingSnapshot;
};

/**
 * A function on every partition, its rows in one table. It is tried on one partition on this machine first: what does not
 * suit the schema that it declares is told before anything is written (`Failure('invalid-spec')`). A partition whose
 * function throws or runs over its limits is a line of the result. `functionsFolder`: where bundled files are kept.
 */
export async function mapPartitions(
  workshop: Pick<Workshop, 'engineFor' | 'snapshotRequest' | 'takeSnapshot'>,
  request: MapRequest,
  functionsFolder: string,
  onPartition: (partition: MappedPartition) => void,
  signal: AbortSignal,
): Promise<MapResult> {
  const { spec, map, baseFolder } = request;
  const applied = await findFunction(map, { baseFolder, folder: functionsFolder });
  const source = workshop.snapshotRequest(spec, baseFolder);
  return withSnapshot(
    workshop,
    source,
    async (rows) => {
      const applying = { request, applied, rows };
      const here = await workshop.engineFor({ ...spec, engine: { kind: 'local', threads: 1 } });
      const output = await tryFunction(here, applying, signal);
      const engine = await workshop.engineFor(spec);
      const partitions = await applyToAll(engine, applying, { output, onPartition, signal });
      if (request.report !== undefined) await writeReport(request.report, partitions);
      return {
        function: applied.name,
        engine: engine.name,
        snapshot: rows.snapshot.digest,
        out: request.out,
        rows: partitions.reduce((sum, { rows: count }) => sum + count, 0),
        partitions,
      };
    },
    signal,
  );
}

/** What the function declares to give. Throws `Failure('invalid-spec')` where it can't be loaded, or gives something else. */
async function tryFunction(
  engine: Engine,
  applying: Applying,
  signal: AbortSignal,
): Promise<OutputSchema> {
  const { applied, rows } = applying;
  const trial = trialPartition(rows.snapshot.partitions);
  const nothing: PartitionRef = { ...partitionRef(trial), id: 'nothing', ranges: [] };
  const job = groupedMap(applying, [
    { ref: nothing, partition: trial, asks: 'output' },
    { ref: partitionRef(trial), partition: trial, asks: 'rows' },
  ]);
  const outcomes: Outcome<ApplyFacts>[] = [];
  for await (const arrived of engine.map(job, signal))
    for (const outcome of arrived as Outcome<ApplyFacts>[]) outcomes[outcome.task] = outcome;
  const [declared, tried] = outcomes;
  for (const outcome of [declared, tried]) {
    if (outcome?.kind === 'ok' && outcome.facts.kind === 'wrong')
      throw new Failure('invalid-spec', `${applied.name}: ${outcome.facts.problem}`);
  }
  if (declared?.kind === 'ok' && declared.facts.kind === 'output') return declared.facts.output;
  const why = declared?.kind === 'failed' ? declared.message : 'it gave nothing';
  throw new Failure('invalid-spec', `${applied.name} can't be used: ${why}`);
}

/** Large enough to show what it does, small enough to be quick. */
function trialPartition(partitions: readonly SnapshotPartition[]): SnapshotPartition {
  const bySize = [...partitions].sort((a, b) => b.count - a.count);
  return (bySize.find(({ count }) => count <= TRIAL_ROWS) ?? bySize.at(-1)) as SnapshotPartition;
}

async function applyToAll(
  engine: Engine,
  applying: Applying,
  {
    output,
    onPartition,
    signal,
  }: {
    readonly output: OutputSchema;
    readonly onPartition: (partition: MappedPartition) => void;
    readonly signal: AbortSignal;
  },
): Promise<readonly MappedPartition[]> {
  const { request, applied, rows } = applying;
  const { partitions } = rows.snapshot;
  const columns = mappedColumns(request.spec.partition.by, output);
  const table = await createTableFile(request.out, columns);
  const mapped: MappedPartition[] = [];
  try {
    const job = groupedMap(
      applying,
      partitions.map((partition) => ({ ref: partitionRef(partition), partition, asks: 'rows' })),
    );
    for await (const arrived of engine.map(job, signal)) {
      for (const outcome of arrived as Outcome<ApplyFacts>[]) {
        const partition = partitions[outcome.task] as SnapshotPartition;
        const one = mappedPartition(partition, outcome, applied);
        mapped[outcome.task] = one;
        onPartition(one);
        if (outcome.kind !== 'ok' || one.rows === 0) continue;
        const piece = { partition, rows: one.rows, blobs: outcome.blobs };
        table.append(
          columns.map(({ valuesOf }) => valuesOf(piece)),
          one.rows,
        );
      }
    }
    await table.finish({ orderBy: 0, isLeftOut: true });
    return mapped;
  } finally {
    table.close();
  }
}

type Call = {
  readonly ref: PartitionRef;
  readonly partition: SnapshotPartition;
  readonly asks: RowsAsked;
};

function groupedMap({ request, applied, rows }: Applying, calls: readonly Call[]): GroupedMap {
  const { spec, map } = request;
  return {
    ...passingRows(spec, rows, columnsGiven(rows.snapshot.columns, request)),
    rowHashes: false,
    fn: { ...applied.fn, args: { time: spec.time ?? null, args: map.args } },
    tasks: calls.map(({ ref, partition, asks }) => ({
      partition: ref,
      part: asJson({ asks, key: partition.key } satisfies Pick<ApplyArgs, 'asks' | 'key'>),
    })),
  };
}

function mappedPartition(
  { key, text }: SnapshotPartition,
  outcome: Outcome<ApplyFacts>,
  { path }: AppliedFunction,
): MappedPartition {
  const { ms, log } = outcome;
  const common = { key, partition: text, ms, log };
  if (outcome.kind === 'failed') {
    const { reason, message, stack } = outcome;
    return {
      ...common,
      status: 'failed',
      rows: 0,
      reason,
      message,
      place: placeInFile(stack, path),
    };
  }
  const { facts } = outcome;
  if (facts.kind === 'rows') return { ...common, status: 'mapped', rows: facts.rows };
  const message = facts.kind === 'wrong' ? facts.problem : 'It gave no rows.';
  return { ...common, status: 'failed', rows: 0, reason: 'error', message, place: null };
}

async function writeReport(path: string, partitions: readonly MappedPartition[]): Promise<void> {
  const table = await createTableFile(path, [
    { name: 'partition', type: 'VARCHAR' },
    { name: 'status', type: 'VARCHAR' },
    { name: 'rows', type: 'INTEGER' },
    { name: 'ms', type: 'DOUBLE' },
    { name: 'reason', type: 'VARCHAR' },
    { name: 'message', type: 'VARCHAR' },
    { name: 'place', type: 'VARCHAR' },
    { name: 'log', type: 'VARCHAR' },
  ]);
  try {
    for (const one of partitions) {
      const failed = one.status === 'failed' ? one : { reason: null, message: null, place: null };
      table.append(
        [
          repeated(one.partition, 1),
          repeated(one.status, 1),
          Int32Array.of(one.rows),
          Float64Array.of(one.ms),
          repeated(failed.reason, 1),
          repeated(failed.message, 1),
          repeated(failed.place, 1),
          repeated(one.log, 1),
        ],
        1,
      );
    }
    await table.finish();
  } finally {
    table.close();
  }
}
