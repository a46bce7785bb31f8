import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { isTerminal } from '../../../../domain/run.ts';
import { ask } from '../../api/ask.ts';
import { NextPage } from '../../parts/next-page.tsx';
import { OfExperiment, ofExperiment } from '../../parts/of-experiment.tsx';
import { PageHead } from '../../parts/page.tsx';
import { Answered, Empty } from '../../parts/states.tsx';
import { FirstSteps } from './first-steps.tsx';
import { RunTable } from './run-table.tsx';

const PER_PAGE = 50;
/** While a run is under way its line is asked for again, else what others began, in milliseconds. */
const REFRESH_MS = 3000;
const IDLE_REFRESH_MS = 15_000;

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

function useRuns(experiment: string | undefined) {
  return useInfiniteQuery({
    queryKey: ['GET /runs', experiment],
    queryFn: ({ pageParam, signal }) =>
      ask(
        'GET /runs',
        {
          query: {
            limit: PER_PAGE,
            ...ofExperiment(experiment),
            ...(pageParam === null ? {} : { cursor: pageParam }),
          },
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    refetchInterval: ({ state }) => {
      const runs = state.data?.pages.flatMap((page) => page.runs) ?? [];
      return runs.some(({ status }) => !isTerminal(status)) ? REFRESH_MS : IDLE_REFRESH_MS;
    },
  });
}
