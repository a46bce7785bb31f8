import type { Digest } from '../domain/digest.ts';
import { distinctNames } from '../frame/distinct-names.ts';
import type { ColumnValues } from '../frame/duckdb-write.ts';
import { boundOf } from '../partition/answers.ts';
import type { ServedMember } from '../serving/model-set.ts';
import type { SnapshotPartition } from '../sources/snapshot.ts';
import type { Spec } from '../spec/spec.ts';
import { answerColumns, type MadeColumn, presentNumbers, repeated } from './answer-columns.ts';
import { type ExplainedRows, explainedColumns } from './explained-columns.ts';

/** One partition's rows of a file, with who answered and what. */
export type ScoredRows = {
  readonly partition: SnapshotPartition;
  /** Place of each row in the file, from 0. */
  readonly sourceRows: Int32Array;
  /** Null = the file has no such column. */
  readonly ids: readonly (string | null)[] | null;
  /** rows × width, row-major; NaN = no answer. */
  readonly output: Float64Array;
  readonly model: Digest | null;
  readonly rung: ServedMember['rung'] | 'none';
  readonly reason: string | null;
  /** Half the width of the intervals; left out where there are none. */
  readonly reach?: number | undefined;
} & ExplainedRows;

/** Every column of the file, in order; with `explain`, so many columns of the data are told to have moved each prediction. A column of the user's that is named like one of ours gets a number. */
export function scoreColumns(
  { target, partition: { by }, columns: { id }, intervals }: Spec,
  classes: readonly string[],
  explain: number | undefined,
): readonly MadeColumn<ScoredRows>[] {
  const place: MadeColumn<ScoredRows> = {
    name: 'row',
    type: 'INTEGER',
    valuesOf: ({ sourceRows }) => sourceRows,
  };
  const given = [
    ...by.map((name) =>
      textColumn(name, ({ partition }) => repeated(partition.key[name] ?? null, partition.count)),
    ),
    ...(id === undefined ? [] : [textColumn(id, idsOf)]),
  ];
  const answers = [
    ...answerColumns(target.task, classes),
    ...(intervals === undefined ? [] : [boundColumn('lower', -1), boundColumn('upper', 1)]),
    textColumn('model', ({ model, partition }) => repeated(model, partition.count)),
    textColumn('rung', ({ rung, partition }) => repeated(rung, partition.count)),
    textColumn('reason', ({ reason, partition }) => repeated(reason, partition.count)),
    ...(explain === undefined ? [] : explainedColumns(explain, classes)),
  ];
  const names = distinctNames(
    given.map(({ name }) => name),
    [place, ...answers].map(({ name }) => name),
  );
  const renamed = given.map((column, i) => ({ ...column, name: names[i] as string }));
  return [place, ...renamed, ...answers];
}

function boundColumn(name: string, side: 1 | -1): MadeColumn<ScoredRows> {
  return {
    name,
    type: 'DOUBLE',
    valuesOf: ({ output, reach }) =>
      presentNumbers(output.map((value) => boundOf(value, reach, side))),
  };
}

function textColumn(
  name: string,
  valuesOf: MadeColumn<ScoredRows>['valuesOf'],
): MadeColumn<ScoredRows> {
  return { name, type: 'VARCHAR', valuesOf };
}

function idsOf({ ids, partition: { count } }: ScoredRows): ColumnValues {
  return ids ?? repeated(null, count);
}
