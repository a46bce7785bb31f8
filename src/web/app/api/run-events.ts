import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { isTerminal } from '../../../domain/run.ts';
import type { RunState } from './answers.ts';
import { addressOf } from './ask.ts';
import { question } from './queries.ts';

/** How often what hangs on steps is asked for again while they come in, in milliseconds. */
const REFRESH_MS = 2000;
/** After this the stream is opened again that the server would not give: too busy, or starting. */
const REOPEN_MS = 3000;

/**
 * How a run stands, as the server tells it until the run has ended; a broken stream is taken up again. Answers to other
 * questions about the run are asked for again when steps were recorded.
 */
export function useRunEvents(run: string, initial: RunState): RunState {
  const client = useQueryClient();
  const [told, setTold] = useState<RunState | null>(null);
  const isOver = isTerminal(initial.status);
  useEffect(() => {
    return isOver ? undefined : watchRun(client, run, setTold);
  }, [run, isOver, client]);
  // What was asked for may know of the end before the stream has told it.
  return isOver ? initial : (told ?? initial);
}

/** Returns what ends the watch. */
function watchRun(client: QueryClient, run: string, tell: (state: RunState) => void): () => void {
  let events: EventSource | undefined;
  let reopening: ReturnType<typeof setTimeout> | undefined;
  let refreshing: ReturnType<typeof setTimeout> | undefined;
  const refresh = () => {
    refreshing = undefined;
    void client.invalidateQueries({ predicate: ({ queryKey }) => isAbout(queryKey, run) });
  };
  const open = () => {
    events = new EventSource(addressOf('GET /runs/{run}/events', { params: { run } }));
    events.addEventListener('step', () => {
      refreshing ??= setTimeout(refresh, REFRESH_MS);
    });
    events.addEventListener('state', ({ data }: MessageEvent<string>) => {
      const state = JSON.parse(data) as RunState;
      tell(state);
      if (isTerminal(state.status)) finish();
    });
    events.addEventListener('end', finish);
    // The browser takes up a stream that broke, but none that it was refused.
    events.addEventListener('error', () => {
      if (events?.readyState !== EventSource.CLOSED) return;
      reopening = setTimeout(open, REOPEN_MS);
      void client.invalidateQueries(question('GET /runs/{run}', { params: { run } }));
    });
  };
  const stop = () => {
    events?.close();
    clearTimeout(reopening);
    clearTimeout(refreshing);
  };
  const finish = () => {
    stop();
    refresh();
    void client.invalidateQueries({ queryKey: ['GET /runs'] });
  };
  open();
  return stop;
}

function isAbout(key: readonly unknown[], run: string): boolean {
  const [first, given] = key;
  if (first === 'cells') return given === run;
  return (
    typeof first === 'string' && first.includes('{run}') && JSON.stringify(given).includes(run)
  );
}
