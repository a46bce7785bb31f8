import { distinctNames } from '../../../frame/distinct-names.ts';
import { checkPlaces, isLeftOut } from '../../../sources/scored-columns.ts';
import type { SnapshotColumn } from '../../../sources/snapshot.ts';
import type { InputColumn } from '../command.ts';
import type { DataType__Output } from '../connect/gen/spark/connect/DataType.ts';
import {
  column,
  type Expression,
  expression,
  fieldOf,
  named,
  type TypedField,
} from '../connect/plan.ts';
import { fieldsOf, rawFields } from '../source/table-plan.ts';
import { type ArrivingColumn, arrivingColumn } from './arriving-columns.ts';
import { answerFields, PLACE_FIELDS, type PlaceArgs } from './score-args.ts';
import type { TableScoring } from './score-table.ts';

/** What workers are given of a table: its own columns, then those that are made for the models. */
export type InputColumns = {
  readonly values: readonly Expression[];
  readonly fields: readonly TypedField[];
  /** What a worker reads of them, and how. */
  readonly read: readonly InputColumn[];
  readonly args: PlaceArgs;
  /** As SQL: rows of one partition are equal in them, or in their texts at least. */
  readonly keys: readonly Expression[];
  /** As SQL, of the column that orders rows. */
  readonly time: string | null;
};

/** A column that models are given; `source`: its place in the table. */
type UsedColumn = {
  readonly trained: SnapshotColumn;
  readonly arriving: ArrivingColumn;
  readonly source: number;
};

/**
 * A column of the table that is named like one of ours gets a number. Throws `Failure('invalid-data')` where key, order
 * or types do not suit; whether every feature is there is the models' to say.
 */
export function inputColumns(
  schema: DataType__Output,
  { spec, classes, trained }: Pick<TableScoring, 'spec' | 'classes' | 'trained'>,
): InputColumns {
  const hasIntervals = spec.intervals !== undefined;
  const own = schema.struct?.fields ?? [];
  const used = usedColumns(schema, { spec, trained });
  const made = used.filter(({ arriving }) => arriving.sql !== null);
  const ours = [...answerFields({ classes, hasIntervals }), ...PLACE_FIELDS].map(
    ({ name }) => name,
  );
  const names = distinctNames(
    own.map(({ name = '' }) => name),
    [...ours, ...made.map((_, i) => `__c${i}`)],
  );
  const placeOf = (one: UsedColumn) =>
    one.arriving.sql === null ? one.source : names.length + made.indexOf(one);
  const nameOf = (one: UsedColumn) =>
    one.arriving.sql === null ? (names[one.source] as string) : `__c${made.indexOf(one)}`;
  const findUsed = (name: string) => used.findIndex((one) => one.trained.name === name);
  const time = used[spec.time === undefined ? -1 : findUsed(spec.time)];
  return {
    values: [
      ...own.map(({ name = '' }, i) => named(column(name), names[i] as string)),
      ...made.map(({ arriving }, i) => named(expression(arriving.sql as string), `__c${i}`)),
    ],
    fields: [
      ...own.map(({ dataType }, i) => ({ name: names[i] as string, dataType: dataType ?? {} })),
      ...made.map(({ arriving }, i) => fieldOf({ name: `__c${i}`, type: TYPES[arriving.kind] })),
    ],
    read: used.map(({ trained: { name }, arriving: { kind } }) => ({ name, kind })),
    args: {
      trained: used.map(({ trained: { name, kind, holds } }) => ({ name, kind, holds })),
      places: used.map(placeOf),
      timezone: spec.data.timezone,
      by: spec.partition.by,
      keys: spec.partition.by.map((name) => ({
        column: findUsed(name),
        normalise: spec.partition.normalise,
        edges: used[findUsed(name)]?.trained.edges ?? null,
      })),
      kept: names.length,
    },
    keys: spec.partition.by.map((name) => column(nameOf(used[findUsed(name)] as UsedColumn))),
    time: time === undefined ? null : nameOf(time),
  };
}

const TYPES = { number: 'double', category: 'string', time: 'timestamp_ntz' } as const;

function usedColumns(
  schema: DataType__Output,
  { spec, trained }: Pick<TableScoring, 'spec' | 'trained'>,
): readonly UsedColumn[] {
  const fields = fieldsOf(schema);
  const names = fields.map(({ name }) => name);
  checkPlaces(spec, names);
  const wanted = fields.filter(({ name }) => !isLeftOut(spec, trained, name));
  return rawFields(wanted, () => false).kept.map((field) => {
    const as = trained.find(({ name }) => name === field.name) as SnapshotColumn;
    const arriving = arrivingColumn(field, as, spec.data.timezone);
    return { trained: as, arriving, source: names.indexOf(field.name) };
  });
}
