import { entryOf } from '../domain/entry.ts';
import { nearestName } from '../domain/nearest-name.ts';
import type { ResolvedSpec } from './resolve-defaults.ts';
import { type Finding, finding } from './schema-problems.ts';

/** What training and `partita map` have in common. */
type TableFields = Pick<ResolvedSpec, 'data' | 'engine' | 'partition' | 'columns' | 'time'>;
type TableCheck = (spec: TableFields) => readonly Finding[];

/** As `checkFields`, of the fields that a table is read by. */
export function checkTableFields(spec: TableFields): readonly Finding[] {
  return TABLE_CHECKS.flatMap((check) => check(spec));
}

const checkTimeType: TableCheck = ({ time, columns }) => {
  const type = time === undefined ? undefined : entryOf(columns.types, time);
  if (time === undefined || (type !== 'text' && type !== 'boolean')) return [];
  return [finding(['columns', 'types', time], '`time` needs a timestamp or a number.')];
};

const checkEngine: TableCheck = ({ engine }) => {
  if (engine.kind !== 'spark' || engine.remote !== undefined) return [];
  const message =
    '`spark` needs the address of a Spark Connect server. Write `engine.remote: sc://host:port`.';
  return [finding(['engine'], message)];
};

/** A table of a cluster is read and cut there. */
const checkSparkSource: TableCheck = ({ data, engine, partition }) => {
  if (data.source.kind !== 'spark') return [];
  const found: Finding[] = [];
  if (engine.kind !== 'spark')
    found.push(
      finding(
        ['data', 'source'],
        'A table on Spark is read by its cluster: set `engine: { kind: spark, remote: … }`.',
      ),
    );
  for (const [column, bins] of Object.entries(partition.bins))
    if (!('edges' in bins))
      found.push(
        finding(
          ['partition', 'bins', column],
          'A table on Spark is cut at borders that you give: write `edges`.',
        ),
      );
  return found;
};

const checkBins: TableCheck = ({ partition }) =>
  Object.entries(partition.bins).flatMap(([column, bins]) => {
    const path = ['partition', 'bins', column];
    if (!partition.by.includes(column)) {
      const near = nearestName(column, partition.by);
      const hint = near === undefined ? '' : ` Did you mean \`${near}\`?`;
      return [finding(path, `\`${column}\` is not in \`partition.by\`.${hint}`, 'key')];
    }
    const isAscending =
      !('edges' in bins) ||
      bins.edges.every((edge, i) => i === 0 || edge > (bins.edges[i - 1] as number));
    return isAscending ? [] : [finding([...path, 'edges'], 'Edges must ascend.')];
  });

const TABLE_CHECKS: readonly TableCheck[] = [
  checkEngine,
  checkSparkSource,
  checkBins,
  checkTimeType,
];
