import { infiniteQueryOptions } from '@tanstack/react-query';
import { ask } from '../../api/ask.ts';

const PER_PAGE = 100;

/** The partitions of `other`, each beside what it was in `run`, page by page; `only`: those that `run` has not. */
export function comparedPartitions(run: string, other: string, only?: 'new') {
  const asked = { limit: PER_PAGE, ...(only === undefined ? {} : { only }) };
  return infiniteQueryOptions({
    queryKey: ['GET /runs/{run}/diff/{other}/partitions', { run, other, only }] as const,
    queryFn: ({ pageParam, signal }) =>
      ask(
        'GET /runs/{run}/diff/{other}/partitions',
        {
          params: { run, other },
          query: { ...asked, ...(pageParam === null ? {} : { cursor: pageParam }) },
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
}
