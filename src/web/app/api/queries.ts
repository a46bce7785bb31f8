import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { EndpointKey } from '../../contract/api.ts';
import { ask, type Given } from './ask.ts';

/** A question whose answer is kept under its endpoint and what it was given. */
export function question<Key extends EndpointKey>(key: Key, given: Given<Key>) {
  return queryOptions({
    queryKey: [key, given] as const,
    queryFn: ({ signal }) => ask(key, given, { signal }),
  });
}

/** One page of cells is about 400 kB at most; the grid of 10,000 partitions is ten of them. */
const CELLS_PER_PAGE = 1000;

/**
 * Every cell of a run's grid, page after page; `isOver`: asked for after the run had ended, so that they are the last ones.
 * Those from before are shown until these are there.
 */
export function partitionCells(run: string, isOver: boolean) {
  return infiniteQueryOptions({
    queryKey: ['cells', run, isOver] as const,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) =>
      ask(
        'GET /runs/{run}/partitions',
        {
          params: { run },
          query: { limit: CELLS_PER_PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) },
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
}
