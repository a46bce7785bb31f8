import {
  type InfiniteData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type { Answer } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { ofExperiment } from '../../parts/of-experiment.tsx';
import { changesToAsk, openRuns, withChanged } from './changed-runs.ts';

type Pages = InfiniteData<Answer<'GET /runs'>, string | null>;

const PER_PAGE = 50;
/** As many as the server takes. */
const CHANGED_PER_PAGE = 200;
/** While a run is under way it is asked for again, else what others began, in milliseconds. */
const REFRESH_MS = 3000;
const IDLE_REFRESH_MS = 15_000;

/** Runs, page by page, the newest first. What has ended is asked for seldom; what goes on or is newer, again and again. */
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
      const { data, dataUpdatedAt = 0 } = client.getQueryState<Pages>(queryKey) ?? {};
      const changes = changesToAsk(data?.pages ?? [], Date.now() - dataUpdatedAt);
      const query = { limit: CHANGED_PER_PAGE, ...ofExperiment(experiment), ...changes };
      const found = changes === null ? null : await ask('GET /runs', { query }, { signal });
      // From the beginning, too, where more has changed than is told at once.
      if (found === null || found.next !== null)
        await client.invalidateQueries({ queryKey }, { cancelRefetch: false });
      else
        client.setQueryData<Pages>(
          queryKey,
          (now) =>
            now === undefined ? now : { ...now, pages: withChanged(now.pages, found.runs) },
          // The pages stay as old as they are.
          { updatedAt: client.getQueryState(queryKey)?.dataUpdatedAt ?? 0 },
        );
      return null;
    },
    // Also where a further page could not be read.
    enabled: query.data !== undefined,
    staleTime: REFRESH_MS,
    refetchInterval: isAnyOpen ? REFRESH_MS : IDLE_REFRESH_MS,
  });
  return query;
}
