import type { StructField } from '../../../frame/arrow-structs.ts';
import { looksBackAnywhere } from '../../../sources/scored-columns.ts';
import { encodeCommand, MAP_IN_ARROW, type SparkVersion, wireVersion } from '../command.ts';
import type { DataType__Output } from '../connect/gen/spark/connect/DataType.ts';
import {
  column,
  expression,
  mapBatches,
  project,
  type Relation,
  repartition,
  sort,
  structOf,
  type TypedField,
} from '../connect/plan.ts';
import { FIRST_BIT } from '../source/write-snapshot-folder.ts';
import { type InputColumns, inputColumns } from './input-columns.ts';
import { packModels } from './packed-models.ts';
import {
  answerFields,
  PLACE,
  PLACE_FIELDS,
  type PlaceArgs,
  SCORE,
  type ScoreArgs,
} from './score-args.ts';
import type { TableScoring } from './score-table.ts';

/** With more models every batch would open most of them again: rows of a partition are brought together first. */
const SPREAD_MODELS = 200;

/**
 * A table's rows with all of their columns and, behind them, the answers. Rows stay where they are read unless features
 * look back or models are many. Throws `Failure('invalid-data')` where key, order or types do not suit.
 */
export function scoredRows(
  table: Relation,
  schema: DataType__Output,
  scoring: Pick<TableScoring, 'spec' | 'classes' | 'trained' | 'models'>,
  spark: SparkVersion,
): Relation {
  const { spec, classes, models } = scoring;
  const input = inputColumns(schema, scoring);
  const looksBack = looksBackAnywhere(spec);
  const read = project(table, input.values);
  const rows = looksBack
    ? inOrder(read, input, spark)
    : models.members.size > SPREAD_MODELS
      ? sort(repartition(read, input.keys), input.keys, 'local')
      : read;
  const hasIntervals = spec.intervals !== undefined;
  const answers = { classes, hasIntervals };
  const args: ScoreArgs = { ...input.args, ...answers, looksBack, models: packModels(models) };
  const kept = input.fields.slice(0, args.kept);
  return applied(rows, input, {
    name: SCORE,
    args,
    output: [...kept, ...answerFields(answers)],
    spark,
  });
}

/** Partition after partition, each as its snapshot would have it: by time where declared, then by hash. */
function inOrder(read: Relation, input: InputColumns, spark: SparkVersion): Relation {
  const args = { ...input.args, kept: input.fields.length };
  const output = [...input.fields, ...PLACE_FIELDS];
  const placed = applied(read, input, { name: PLACE, args, output, spark });
  const [partition, high, low] = PLACE_FIELDS.map(({ name }) => name) as [string, string, string];
  // Hashes are unsigned numbers, which Spark has not: with their first bit turned they sort as such.
  const order = [
    column(partition),
    ...(input.time === null ? [] : [column(input.time)]),
    expression(`${high} ^ ${FIRST_BIT}`),
    expression(`${low} ^ ${FIRST_BIT}`),
  ];
  const sorted = sort(repartition(placed, [column(partition)]), order, 'local');
  return project(
    sorted,
    input.fields.map(({ name }) => column(name)),
  );
}

function applied(
  rows: Relation,
  input: InputColumns,
  fn: {
    readonly name: string;
    readonly args: PlaceArgs;
    readonly output: readonly (StructField | TypedField)[];
    readonly spark: SparkVersion;
  },
): Relation {
  const { name, args, output, spark } = fn;
  return mapBatches(rows, {
    name: `partita_${name}`,
    evalType: MAP_IN_ARROW,
    output: structOf(output),
    command: encodeCommand({ mode: 'map', spark, fn: { name, args }, columns: input.read }),
    version: wireVersion(spark),
    columns: input.fields.map((field) => field.name),
  });
}
