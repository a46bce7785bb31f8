import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { displayPartition, parsePartitionText } from '../../../../domain/partition.ts';
import type { DriftStatus } from '../../../../domain/run.ts';
import { metricName } from '../../../../report/metric-words.ts';
import { countedText, countText, numberText, signedText } from '../../../../report/number-text.ts';
import type { Answer } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { Listed, type ListedColumn } from '../../parts/listed.tsx';
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
    <Listed
      label="Drift by partition"
      entries={partitions}
      columns={[...OF_PARTITIONS, ...(isScored ? scoreColumns(metric) : [])]}
      keyOf={({ partition }) => partition}
      frame="framed low"
    />
  );
}

const OF_PARTITIONS: readonly ListedColumn<Partition>[] = [
  {
    head: 'partition',
    isName: true,
    className: 'name',
    of: ({ key, partition }) => displayPartition(key, partition),
  },
  { head: 'is', of: ({ status }) => <StatusPill status={status} /> },
  { head: 'rows then', isNumber: true, of: ({ rows }) => countText(rows.reference) },
  { head: 'now', label: 'rows now', isNumber: true, of: ({ rows }) => countText(rows.current) },
  { head: 'columns that moved (psi)', label: 'moved (psi)', className: 'name', of: movedText },
];

function scoreColumns(metric: Drift['metric']): readonly ListedColumn<Partition>[] {
  return [
    {
      head: `${metricName(metric)} then`,
      label: 'score then',
      isNumber: true,
      of: ({ score }) => numberText(score?.holdout?.holdout.value),
    },
    {
      head: 'on new rows',
      label: 'score now',
      isNumber: true,
      of: ({ score }) => <ScoreNow score={score} />,
    },
  ];
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

function ScoreNow({ score }: Pick<Partition, 'score'>) {
  if (score === null) return '–';
  const { score: now, change, verdict } = score;
  return (
    <>
      {numberText(now.value)}
      {change === null || verdict === 'same' ? null : (
        <div className={verdict === 'worse' ? 'tiny bad' : 'tiny soft'}>
          {signedText(change.difference, now.value)} {verdict}
        </div>
      )}
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
    <Listed
      label="Drift by column"
      entries={sorted.slice(0, SHOWN)}
      columns={OF_COLUMNS}
      keyOf={({ column }) => column}
      frame="framed low"
      lineClass={({ drifted }) => (drifted > 0 ? 'best' : '')}
    />
  );
}

const OF_COLUMNS: readonly ListedColumn<Drift['columns'][number]>[] = [
  { head: 'column', isName: true, className: 'name', of: ({ column }) => column },
  { head: 'drifted in', isNumber: true, of: ({ drifted }) => countText(drifted) },
  {
    head: 'of partitions',
    label: 'of',
    isNumber: true,
    className: 'soft',
    of: ({ partitions }) => countText(partitions),
  },
  {
    head: 'largest psi',
    isNumber: true,
    of: ({ largest }) => numberText(largest?.psi ?? null),
  },
  { head: 'where', className: 'name soft', of: ({ largest }) => placeText(largest) },
];

/** Nothing has moved where the largest index is 0. */
function placeText(largest: Drift['columns'][number]['largest']): string {
  if (largest === null || largest.psi === 0) return '';
  return displayPartition(parsePartitionText(largest.partition), largest.partition);
}
