import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { hasAnswers, isTerminal } from '../../../../domain/run.ts';
import { countText, durationText } from '../../../../report/number-text.ts';
import type { RunSummary } from '../../api/answers.ts';
import { question } from '../../api/queries.ts';
import { Listed, type ListedColumn } from '../../parts/listed.tsx';
import { elapsedMs, momentText } from '../../parts/moments.ts';
import { RunPill } from '../../parts/pill.tsx';
import { runBefore } from './run-before.ts';

/** While a run is under way, how far it is is asked for again, in milliseconds. */
const REFRESH_MS = 3000;

/** Runs with how they stand. */
export function RunTable({ runs }: { runs: readonly RunSummary[] }) {
  return (
    <Listed
      label="Runs, the newest first"
      entries={runs}
      columns={columnsOf(runs)}
      keyOf={({ runId }) => runId}
    />
  );
}

function columnsOf(runs: readonly RunSummary[]): readonly ListedColumn<RunSummary>[] {
  return [
    { head: 'experiment', isName: true, className: 'name', of: nameOf },
    { head: 'status', of: ({ status }) => <RunPill status={status} /> },
    { head: 'started', className: 'nowrap', of: ({ createdAt }) => momentText(createdAt) },
    { head: 'partitions', isNumber: true, of: (run) => <Health run={run} /> },
    {
      head: 'took',
      isNumber: true,
      of: ({ createdAt, endedAt }) =>
        endedAt === null ? '–' : durationText(elapsedMs(createdAt, endedAt)),
    },
    { head: 'compare', isAction: true, of: (run) => compareLink(run, runBefore(run, runs)) },
  ];
}

function nameOf({ runId, experiment, status }: RunSummary): ReactNode {
  return (
    <Link to={hasAnswers(status) ? '/runs/$run/report' : '/runs/$run'} params={{ run: runId }}>
      {experiment}
    </Link>
  );
}

function compareLink({ runId, status }: RunSummary, before: RunSummary | undefined): ReactNode {
  if (before === undefined || !hasAnswers(status)) return null;
  return (
    <Link to="/compare" search={{ a: before.runId, b: runId }} className="small">
      compare with the one before
    </Link>
  );
}

/** How many partitions a run has, how far it is with them, and how many of them nobody answers for. */
function Health({ run: { runId, status, partitions, unanswered } }: { run: RunSummary }) {
  if (!isTerminal(status)) return <Progress run={runId} />;
  if (partitions === null) return '–';
  return (
    <>
      {countText(partitions)}
      {unanswered === null || unanswered === 0 ? null : (
        <div className="tiny bad">{countText(unanswered)} without an answer</div>
      )}
    </>
  );
}

function Progress({ run }: { run: string }) {
  const { data } = useQuery({
    ...question('GET /runs/{run}', { params: { run } }),
    refetchInterval: REFRESH_MS,
  });
  if (data === undefined || data.state.partitions === 0) return '–';
  const { trained, failed, partitions } = data.state;
  return (
    <>
      {countText(trained + failed)} of {countText(partitions)}
    </>
  );
}
