import {
  type InfiniteData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type { Answer } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { ofExperiment } from '../../parts/of-experiment.tsx';
import { openRuns, withChanged } from './changed-runs.ts';

type Pages = InfiniteData<Answer<'GET /runs'>, string | null>;

const PER_PAGE = 50;
/** As many as the server takes. */
const CHANGED_PER_PAGE = 200;
const AMONG = 100;
/** While a run is under way it is asked for again, else what others began, in milliseconds. */
const REFRESH_MS = 3000;
const IDLE_REFRESH_MS = 15_000;

/** Runs, page by page, the newest first. What has ended is asked for once; what goes on or is newer, again and again. */
export function useRuns(experiment: string | undefined) {
  const client = useQueryClient();
  const queryKey = ['GET /runs', experiment];
  const query = useInfiniteQuery({
    queryKey,
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
  });
  const isAnyOpen = openRuns(query.data?.pages ?? []).length > 0;
  useQuery({
    queryKey: ['runs that have changed', experiment],
    queryFn: async ({ signal }) => {
      const pages = client.getQueryData<Pages>(queryKey)?.pages ?? [];
      const { runs, next } = await ask(
        'GET /runs',
        { query: askedAgain(pages, experiment) },
        { signal },
      );
      // More than a page of news: from the beginning, then.
      if (next !== null) await client.invalidateQueries({ queryKey });
      else
        client.setQueryData<Pages>(queryKey, (now) =>
          now === undefined ? now : { ...now, pages: withChanged(now.pages, runs) },
        );
      return runs.length;
    },
    enabled: query.isSuccess,
    staleTime: REFRESH_MS,
    refetchInterval: isAnyOpen ? REFRESH_MS : IDLE_REFRESH_MS,
  });
  return query;
}

/** What may be other than these pages have it; all of it where they hold nothing yet. */
function askedAgain(pages: Pages['pages'], experiment: string | undefined) {
  const newest = pages[0]?.runs[0];
  const open = openRuns(pages).slice(0, AMONG);
  return {
    limit: CHANGED_PER_PAGE,
    ...ofExperiment(experiment),
    ...(newest === undefined ? {} : { since: newest.runId }),
    ...(open.length === 0 ? {} : { among: open.map(({ runId }) => runId).join(',') }),
  };
}
