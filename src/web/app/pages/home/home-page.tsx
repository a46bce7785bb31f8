import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { NextPage } from '../../parts/next-page.tsx';
import { OfExperiment, ofExperiment } from '../../parts/of-experiment.tsx';
import { PageHead } from '../../parts/page.tsx';
import { Answered, Empty } from '../../parts/states.tsx';
import { FirstSteps } from './first-steps.tsx';
import { RunTable } from './run-table.tsx';
import { useRuns } from './use-runs.ts';

/** What has been run, and what to do first where nothing has. */
export function HomePage() {
  const { experiment } = useSearch({ from: '/' });
  const navigate = useNavigate({ from: '/' });
  const query = useRuns(experiment);
  return (
    <>
      <PageHead
        title="Runs"
        actions={
          <>
            <OfExperiment
              chosen={experiment}
              onChoose={(chosen) => void navigate({ search: ofExperiment(chosen), replace: true })}
            />
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
      <Answered query={query} wait="the runs">
        {({ pages }) => {
          const runs = pages.flatMap((page) => page.runs);
          if (runs.length > 0)
            return (
              <>
                <RunTable runs={runs} />
                <NextPage query={query} label="Older ones" />
              </>
            );
          return experiment === undefined ? (
            <FirstSteps />
          ) : (
            <Empty title={`No run is called ${experiment}`}>
              <Link to="/" className="button">
                All runs
              </Link>
            </Empty>
          );
        }}
      </Answered>
    </>
  );
}
