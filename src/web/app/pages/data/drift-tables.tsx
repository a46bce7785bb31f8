import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { displayPartition, parsePartitionText } from '../../../../domain/partition.ts';
import type { DriftStatus } from '../../../../domain/run.ts';
import { metricName } from '../../../../report/metric-words.ts';
import { countedText, countText, numberText, signedText } from '../../../../report/number-text.ts';
import type { Answer } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { ProblemNotice } from '../../parts/states.tsx';
import type { DriftFound } from './drift-words.ts';

type Drift = DriftFound['drift'];
type Partition = Answer<'GET /runs/{run}/drift/partitions'>['partitions'][number];

/** Of a page of partitions, and of the columns. */
const SHOWN = 100;
/** Columns that are named beside a partition. */
const NAMED = 5;

/** What has moved: partition by partition, and column by column. */
export function DriftTables({ run, found }: { run: string; found: DriftFound }) {
  return (
    <>
      <Partitions run={run} found={found} />
      <Columns columns={found.drift.columns} />
    </>
  );
}

/** Those that are not steady, where there are any; all of them when asked for. */
function Partitions({ run, found: { drift, askedAt } }: { run: string; found: DriftFound }) {
  const { notable, counts, metric } = drift;
  const [isWhole, setWhole] = useState(notable.length === 0);
  const query = useInfiniteQuery({
    queryKey: ['GET /runs/{run}/drift/partitions', run, askedAt],
    queryFn: ({ pageParam, signal }) =>
      ask(
        'GET /runs/{run}/drift/partitions',
        {
          params: { run },
          query: { limit: SHOWN, ...(pageParam === null ? {} : { cursor: pageParam }) },
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    enabled: isWhole,
  });
  const all = query.data?.pages.flatMap(({ partitions }) => partitions) ?? [];
  const isMore = isWhole ? query.hasNextPage : notable.length < counts.partitions;
  return (
    <>
      {query.error === null ? null : <ProblemNotice error={query.error} />}
      <PartitionTable partitions={isWhole ? all : notable} metric={metric} />
      {isMore ? (
        <div>
          <button
            type="button"
            className="button"
            onClick={() => (isWhole ? void query.fetchNextPage() : setWhole(true))}
          >
            {isWhole
              ? `More than these ${countText(all.length)}`
              : `All ${countedText(counts.partitions, 'partition')}`}
          </button>
        </div>
      ) : null}
    </>
  );
}

function PartitionTable({
  partitions,
  metric,
}: {
  partitions: readonly Partition[];
  metric: Drift['metric'];
}) {
  const isScored = partitions.some(({ score }) => score !== null);
  return (
    <div className="scroll framed low" tabIndex={0} role="region" aria-label="Drift by partition">
      <table>
        <thead>
          <tr>
            <th>partition</th>
            <th>is</th>
            <th className="n">rows then</th>
            <th className="n">now</th>
            <th>columns that moved (psi)</th>
            {isScored ? (
              <>
                <th className="n">{metricName(metric)} then</th>
                <th className="n">on new rows</th>
              </>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {partitions.map((partition) => (
            <tr key={partition.partition}>
              <th scope="row" className="name">
                {displayPartition(partition.key, partition.partition)}
              </th>
              <td>
                <StatusPill status={partition.status} />
              </td>
              <td className="n">{countText(partition.rows.reference)}</td>
              <td className="n">{countText(partition.rows.current)}</td>
              <td className="name">{movedText(partition)}</td>
              {isScored ? <Scores partition={partition} /> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const TONES: { readonly [status in DriftStatus]: string } = {
  steady: 'good',
  drifted: 'bad',
  new: 'soft',
  gone: 'soft',
  failed: 'bad',
};

function StatusPill({ status }: { status: DriftStatus }) {
  return <span className={`pill ${TONES[status]}`}>{status}</span>;
}

function Scores({ partition: { score } }: { partition: Partition }) {
  if (score === null)
    return (
      <>
        <td className="n soft">–</td>
        <td className="n soft">–</td>
      </>
    );
  const { holdout, change, verdict } = score;
  return (
    <>
      <td className="n">{numberText(holdout?.holdout.value)}</td>
      <td className="n">
        {numberText(score.score.value)}
        {change === null || verdict === 'same' ? null : (
          <div className={verdict === 'worse' ? 'tiny bad' : 'tiny soft'}>
            {signedText(change.difference, score.score.value)} {verdict}
          </div>
        )}
      </td>
    </>
  );
}

function driftedColumns({ columns }: Partition) {
  return columns
    .filter(({ isDrifted }) => isDrifted)
    .toSorted((a, b) => (b.psi ?? 0) - (a.psi ?? 0));
}

function movedText(partition: Partition): string {
  if (partition.because !== undefined) return partition.because;
  const moved = driftedColumns(partition);
  const named = moved.slice(0, NAMED).map(({ column, psi }) => `${column} (${numberText(psi)})`);
  const hidden = moved.length - named.length;
  return [...named, ...(hidden > 0 ? [`${countText(hidden)} more`] : [])].join(', ');
}

function Columns({ columns }: { columns: Drift['columns'] }) {
  const sorted = columns.toSorted((a, b) => b.drifted - a.drifted);
  if (sorted.length === 0) return null;
  return (
    <div className="scroll framed low" tabIndex={0} role="region" aria-label="Drift by column">
      <table>
        <thead>
          <tr>
            <th>column</th>
            <th className="n">drifted in</th>
            <th className="n">of partitions</th>
            <th className="n">largest psi</th>
            <th>where</th>
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, SHOWN).map(({ column, drifted, partitions, largest }) => (
            <tr key={column} className={drifted > 0 ? 'best' : ''}>
              <th scope="row" className="name">
                {column}
              </th>
              <td className="n">{countText(drifted)}</td>
              <td className="n soft">{countText(partitions)}</td>
              <td className="n">{numberText(largest?.psi ?? null)}</td>
              <td className="name soft">{placeText(largest)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Nothing has moved where the largest index is 0. */
function placeText(largest: Drift['columns'][number]['largest']): string {
  if (largest === null || largest.psi === 0) return '';
  return displayPartition(parsePartitionText(largest.partition), largest.partition);
}
