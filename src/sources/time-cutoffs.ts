import { Failure } from '../domain/failure.ts';
import type { Database } from '../frame/duckdb.ts';
import { durationMicros } from '../spec/duration.ts';
import type { TableSpec } from '../spec/spec.ts';
import type { PlannedColumn } from './plan-columns.ts';
import { RAW } from './raw-table.ts';

/**
 * Cut-offs of the time scheme in µs UTC, ascending, taken from the times of the whole table: where each fold starts,
 * then where the holdout does. The rows before the first are for training only, so that every fold has earlier rows.
 * With k folds and holdout share h the rows before the holdout are cut into k + 1 equal parts; with a horizon each of the
 * folds before the holdout is that long. Empty for other schemes. Throws `Failure('invalid-data')` where the times can't
 * be cut like that.
 */
export async function timeCutoffs(
  database: Database,
  planned: readonly PlannedColumn[],
  { time, validate }: TableSpec,
): Promise<readonly number[]> {
  const column = planned.find(({ name }) => name === time);
  if (validate.scheme !== 'time' || column === undefined) return [];
  const micros = `epoch_us(${column.sql})`;
  const times = `(SELECT ${micros} AS micros FROM ${RAW} WHERE ${micros} IS NOT NULL)`;
  return cutTimes(column.name, validate, {
    count: () => database.count(`SELECT count(*) FROM ${times}`),
    distinct: () => database.count(`SELECT count(DISTINCT micros) FROM ${times}`),
    before: (end) => database.count(`SELECT count(*) FROM ${times} WHERE micros < ${end}`),
    at: async (places) => {
      const rows = await database.rows(
        `SELECT micros FROM (SELECT micros, row_number() OVER (ORDER BY micros) - 1 AS place FROM ${times}) WHERE place IN (${places.join(', ')}) ORDER BY place`,
      );
      return rows.map((row) => Number(row['micros']));
    },
  });
}

/** What is asked of the times that a table holds, missing ones left out; µs UTC. */
export interface TableTimes {
  count(): Promise<number>;
  distinct(): Promise<number>;
  /** How many are earlier. */
  before(micros: number): Promise<number>;
  /** Those at the places, counted from the earliest, each place once. */
  at(places: readonly number[]): Promise<readonly number[]>;
}

/** The cut-offs among the times of a table, wherever it lies. Throws `Failure('invalid-data')` where there are none. */
export async function cutTimes(
  column: string,
  validate: TableSpec['validate'],
  times: TableTimes,
): Promise<readonly number[]> {
  const { folds, holdout } = validate;
  const count = await times.count();
  const places = Array.from({ length: folds + 1 }, (_, i) =>
    // Shares are decimals that doubles miss by a little: 0.2 of 10 rows are two.
    Math.floor((count * (1 - holdout) * (i + 1)) / (folds + 1) + 1e-9),
  );
  const found = await times.at(places);
  const cutoffs = validate.horizon === undefined ? found : foldsOfHorizon(found, validate);
  const areApart = cutoffs.every((cutoff, i) => i === 0 || cutoff > (cutoffs[i - 1] as number));
  if (cutoffs.length === folds + 1 && areApart) {
    await requireEarlierRows(column, cutoffs[0] as number, { validate, times });
    return cutoffs;
  }
  throw new Failure(
    'invalid-data',
    `\`time\` (${column}) has ${await times.distinct()} distinct values, too few or too uneven to cut ${folds} folds and a holdout from: lower \`validate.folds\`, or choose another scheme.`,
  );
}

/** Back from where the holdout starts, the last of the cut-offs found. */
function foldsOfHorizon(
  found: readonly number[],
  { folds, horizon }: TableSpec['validate'],
): readonly number[] {
  const start = found.at(-1);
  if (start === undefined) return [];
  const length = durationMicros(horizon);
  return Array.from({ length: folds + 1 }, (_, i) => start - (folds - i) * length);
}

async function requireEarlierRows(
  column: string,
  first: number,
  {
    validate,
    times,
  }: { readonly validate: TableSpec['validate']; readonly times: Pick<TableTimes, 'before'> },
): Promise<void> {
  if ((await times.before(first - durationMicros(validate.gap))) > 0) return;
  const asked = (['horizon', 'gap'] as const).filter((name) => validate[name] !== undefined);
  throw new Failure(
    'invalid-data',
    `\`time\` (${column}) has no rows before the first fold to train on: with ${asked.map((name) => `\`validate.${name}: ${validate[name]}\``).join(' and ')} it starts at ${new Date(first / 1000).toISOString()}. Shorten them, or lower \`validate.folds\` or \`validate.holdout\`.`,
  );
}
