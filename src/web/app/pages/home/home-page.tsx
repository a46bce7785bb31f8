import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { isTerminal } from '../../../../domain/run.ts';
import { countText, durationText } from '../../../../report/number-text.ts';
import type { RunSummary } from '../../api/answers.ts';
import { question } from '../../api/queries.ts';
import { elapsedMs, momentText } from '../../parts/moments.ts';
import { PageHead } from '../../parts/page.tsx';
import { RunPill } from '../../parts/pill.tsx';
import { Answered } from '../../parts/states.tsx';
import { FirstSteps } from './first-steps.tsx';

const SHOWN_RUNS = 100;
/** While a run is under way its line is asked for again, else what others began, in milliseconds. */
const REFRESH_MS = 3000;
const IDLE_REFRESH_MS = 15_000;

/** What has been run, and what to do first where nothing has. */
export function HomePage() {
  const runs = useQuery({
    ...question('GET /runs', { query: { limit: SHOWN_RUNS } }),
    refetchInterval: ({ state }) =>
      state.data?.runs.some(({ status }) => !isTerminal(status)) === true
        ? REFRESH_MS
        : IDLE_REFRESH_MS,
  });
  return (
    <>
      <PageHead
        title="Runs"
        actions={
          <>
            <Link to="/schedules" className="button">
              Schedules
            </Link>
            <Link to="/new" className="button main">
              New experiment
            </Link>
          </>
        }
      >
        <p className="soft">
          One model for every partition of a table, and one without partition. Each run keeps how
          every model came to be.
        </p>
      </PageHead>
      <Answered query={runs} wait="the runs">
        {({ runs: found, next }) =>
          found.length === 0 ? (
            <FirstSteps />
          ) : (
            <>
              <RunTable runs={found} />
              {next === null ? null : (
                <p className="small soft">
                  The newest {SHOWN_RUNS} are shown; <code>partita runs ls</code> has them all.
                </p>
              )}
            </>
          )
        }
      </Answered>
    </>
  );
}

function RunTable({ runs }: { runs: readonly RunSummary[] }) {
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
            <RunLine key={run.runId} run={run} before={beforeOf(run, runs)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The run of the same experiment before this one. */
function beforeOf(run: RunSummary, runs: readonly RunSummary[]): RunSummary | undefined {
  return runs.slice(runs.indexOf(run) + 1).find(({ experiment }) => experiment === run.experiment);
}

function RunLine({ run, before }: { run: RunSummary; before: RunSummary | undefined }) {
  const { runId, experiment, status, createdAt, endedAt, partitions } = run;
  const hasReport = status === 'SUCCEEDED' || status === 'PARTIAL';
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
      <td className="n">{partitions === null ? '–' : countText(partitions)}</td>
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
