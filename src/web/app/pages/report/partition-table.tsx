import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactTable, useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import { isTerminal } from '../../../../domain/run.ts';
import { metricName } from '../../../../report/metric-words.ts';
import { countedText, countText, scoreText } from '../../../../report/number-text.ts';
import type { PartitionCell, ReportFacts } from '../../api/answers.ts';
import { partitionCells } from '../../api/queries.ts';
import { Section } from '../../parts/page.tsx';
import { ProblemNotice } from '../../parts/states.tsx';
import { PartitionFinder } from '../run/partition-finder.tsx';
import { useCurrentRun } from '../run/run-frame.tsx';
import { classOf, LEADING, partitionColumns, sorting } from './partition-columns.tsx';

/** Of a line in pixels, until it is measured. */
const LINE = 57;
/** More lines than this scroll inside a frame and exist only while they are seen. */
const FRAMED = 60;
/** Cells before the end of what is read at which the next page is asked for. */
const NEAR = 100;

type Table = ReactTable<typeof sorting, PartitionCell>;

/** Every partition with its best model; the next page is read when its lines come near, all of them to be sorted. */
export function PartitionTable({ facts, run }: { facts: ReportFacts; run: string }) {
  const { question, partitions } = facts;
  const { state } = useCurrentRun();
  const query = useInfiniteQuery(partitionCells(run, isTerminal(state.status)));
  const { hasNextPage, isFetching, fetchNextPage } = query;
  const cells = useMemo(
    () => query.data?.pages.flatMap((page) => page.partitions) ?? [],
    [query.data],
  );
  const key = question.partitionBy.join(' / ');
  const columns = useMemo(() => partitionColumns(run, key), [run, key]);
  const table = useTable({ features: sorting, columns, data: cells });
  const frame = useRef<HTMLDivElement>(null);
  const isFramed = partitions.total > FRAMED;
  const virtual = useVirtualizer({
    count: cells.length,
    getScrollElement: () => frame.current,
    estimateSize: () => LINE,
    overscan: 8,
    enabled: isFramed,
  });
  const items = virtual.getVirtualItems();
  const lastSeen = items.at(-1)?.index ?? 0;
  const isSorted = table.state.sorting.length > 0;
  useEffect(() => {
    const isWanted = isSorted || lastSeen > cells.length - NEAR;
    if (hasNextPage && !isFetching && isWanted) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage, lastSeen, cells.length, isSorted]);
  const { rows } = table.getRowModel();
  const shown = isFramed ? items.flatMap(({ index }) => rows[index] ?? []) : rows;
  return (
    <Section
      title="The best model of each partition"
      id="partitions"
      note={`Chosen by ${metricName(question.metric)} in cross-validation: every training row is predicted by a model that has not seen it. The holdout rows are kept out of every choice and give the honest score.`}
    >
      {query.error === null ? null : <ProblemNotice error={query.error} />}
      {isFramed ? <PartitionFinder run={run} /> : null}
      <div
        ref={frame}
        className={isFramed ? 'scroll framed' : 'scroll'}
        tabIndex={0}
        role="region"
        aria-label="The best model of each partition"
      >
        <table aria-rowcount={partitions.total}>
          <Head table={table} />
          <tbody>
            <Gap height={isFramed ? (items[0]?.start ?? 0) : 0} />
            {shown.map((row) => (
              <tr key={row.original.partitionId}>
                {row.getAllCells().map((cell, i) =>
                  i === 0 ? (
                    <th key={cell.id} scope="row" className="name">
                      <table.FlexRender cell={cell} />
                    </th>
                  ) : (
                    <td key={cell.id} className={classOf(cell.column.id)}>
                      <table.FlexRender cell={cell} />
                    </td>
                  ),
                )}
              </tr>
            ))}
            <Gap height={isFramed ? virtual.getTotalSize() - (items.at(-1)?.end ?? 0) : 0} />
          </tbody>
          <Foot facts={facts} />
        </table>
      </div>
      {isFramed ? (
        <p className="small soft">
          {countText(cells.length)} of {countedText(partitions.total, 'partition')} read so far; the
          rest comes while you scroll, or sort.
        </p>
      ) : null}
    </Section>
  );
}

function Head({ table }: { table: Table }) {
  const headers = table.getHeaderGroups()[0]?.headers ?? [];
  const cellOf = (header: (typeof headers)[number], rowSpan: number) => {
    const order = header.column.getIsSorted();
    const name = header.column.columnDef.header as string;
    const side = name === 'own' || name === 'global' ? name : '';
    return (
      <th
        key={header.id}
        rowSpan={rowSpan}
        className={`${classOf(header.column.id)} ${side}`}
        aria-sort={order === false ? 'none' : order === 'asc' ? 'ascending' : 'descending'}
      >
        <button type="button" onClick={header.column.getToggleSortingHandler()}>
          {name}
          <span aria-hidden="true">{order === false ? '' : order === 'asc' ? ' ↑' : ' ↓'}</span>
        </button>
      </th>
    );
  };
  return (
    <thead>
      <tr>
        {headers.slice(0, LEADING).map((header) => cellOf(header, 2))}
        <th colSpan={3} scope="colgroup" className="group">
          cross-validation
        </th>
        <th colSpan={2} scope="colgroup" className="group">
          holdout
        </th>
      </tr>
      <tr>{headers.slice(LEADING).map((header) => cellOf(header, 1))}</tr>
    </thead>
  );
}

/** Stands for the lines that are not there. */
function Gap({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true">
      <td colSpan={9} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

function Foot({ facts: { global, data } }: { facts: ReportFacts }) {
  if (global === null) return null;
  return (
    <tfoot>
      <tr>
        <th scope="row" className="name">
          <a href="#global">without partition</a>
        </th>
        <td className="n wide-only">{countText(data.rows)}</td>
        <td />
        <td className="wide-only">{global.algorithm}</td>
        <td className="n">{scoreText(global.scores?.cv)}</td>
        <td />
        <td />
        <td className="n">{scoreText(global.scores?.holdout)}</td>
        <td />
      </tr>
    </tfoot>
  );
}
