import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { hasAnswers, isTerminal } from '../../../../domain/run.ts';
import { countText, durationText } from '../../../../report/number-text.ts';
import type { RunSummary } from '../../api/answers.ts';
import { question } from '../../api/queries.ts';
import { elapsedMs, momentText } from '../../parts/moments.ts';
import { RunPill } from '../../parts/pill.tsx';
import { runBefore } from './run-before.ts';

/** While a run is under way, how far it is is asked for again, in milliseconds. */
const REFRESH_MS = 3000;

/** Runs with how they stand. */
export function RunTable({ runs }: { runs: readonly RunSummary[] }) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Runs, the newest first">
      <table className="runs">
        <thead>
          <tr>
            <th>experiment</th>
            <th>status</th>
            <th>started</th>
            <th className="n">partitions</th>
            <th className="n">took</th>
            <th className="n">
              <span className="visually-hidden">compare</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <RunLine key={run.runId} run={run} before={runBefore(run, runs)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RunLine({ run, before }: { run: RunSummary; before: RunSummary | undefined }) {
  const { runId, experiment, status, createdAt, endedAt } = run;
  const hasReport = hasAnswers(status);
  return (
    <tr>
      <th scope="row" className="name">
        <Link to={hasReport ? '/runs/$run/report' : '/runs/$run'} params={{ run: runId }}>
          {experiment}
        </Link>
      </th>
      <td>
        <RunPill status={status} />
      </td>
      <td className="nowrap">{momentText(createdAt)}</td>
      <td className="n">
        <Health run={run} />
      </td>
      <td className="n">{endedAt === null ? '–' : durationText(elapsedMs(createdAt, endedAt))}</td>
      <td className="n">
        {before === undefined || !hasReport ? null : (
          <Link to="/compare" search={{ a: before.runId, b: runId }} className="small">
            compare with the one before
          </Link>
        )}
      </td>
    </tr>
  );
}

/** How many partitions a run has, how far it is with them, and how many of them nobody answers for. */
function Health({ run: { runId, status, partitions, unanswered } }: { run: RunSummary }) {
  if (!isTerminal(status)) return <Progress run={runId} />;
  if (partitions === null) return '–';
  return (
    <>
      {countText(partitions)}
      <span className="narrow-only"> partitions</span>
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
      <span className="narrow-only"> partitions</span>
    </>
  );
}
