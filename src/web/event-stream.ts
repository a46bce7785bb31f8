import { setTimeout as wait } from 'node:timers/promises';
import { isTerminal } from '../domain/run.ts';
import type { RunState } from '../operations/requests.ts';
import type { Services } from '../operations/services.ts';
import { WebFailure } from './problems.ts';

/** How often the run is looked at, milliseconds: as often as the command line does. */
const LOOK_MS = 1000;
/** Silence after which a comment shows that the server is still there. */
const HEARTBEAT_MS = 15_000;
/** Steps that are sent at once. */
const PAGE = 500;
/** How long a browser waits before it comes back. */
const RETRY_MS = 2000;

/** How many streams may be open at once; each costs a question per second. */
export class StreamSlots {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Throws `WebFailure('too-many')`. Call what comes back when the stream has ended. */
  take(): () => void {
    if (this.#used >= this.#limit)
      throw new WebFailure(
        'too-many',
        `${this.#limit} streams of events are open already: close one, or ask for the state instead.`,
      );
    this.#used++;
    let isTaken = true;
    return () => {
      if (isTaken) this.#used--;
      isTaken = false;
    };
  }
}

/**
 * A run's events until it has ended: `state` at every change, `step` for every recorded attempt under its id. The steps
 * stand in Postgres, so a client that comes back with `Last-Event-ID` misses none and sees none twice.
 */
export async function eventStream(
  services: Services,
  run: string,
  request: Request,
  slots: StreamSlots,
): Promise<Response> {
  const after = Number(request.headers.get('last-event-id') ?? 0);
  // A run that is not there is answered as such, before the stream begins.
  const { runId } = await services.state(run);
  const leave = slots.take();
  const gone = new AbortController();
  const signal = AbortSignal.any([request.signal, gone.signal]);
  const events = eventsOf(services, runId, Number.isSafeInteger(after) ? after : 0, signal);
  const encoder = new TextEncoder();
  const end = async () => {
    gone.abort();
    leave();
    await events.return(undefined);
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await events.next().catch(() => ({ value: undefined, done: true }));
      if (value !== undefined) controller.enqueue(encoder.encode(value));
      if (!done) return;
      leave();
      // The reader may have left meanwhile.
      if (!signal.aborted) controller.close();
    },
    cancel: end,
  });
  request.signal.addEventListener('abort', () => void end(), { once: true });
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // Proxies would hold events back.
      'x-accel-buffering': 'no',
    },
  });
}

async function* eventsOf(
  services: Services,
  run: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<string, undefined> {
  const { watched, first } = watchStates(services, run, signal);
  let last = after;
  let shown: RunState | undefined;
  let spokeAt = performance.now();
  yield `retry: ${RETRY_MS}\n\n`;
  await Promise.race([first, pause(signal)]);
  while (!signal.aborted) {
    const { state, isOver } = watched();
    let chunk =
      state === undefined || state === shown
        ? ''
        : `event: state\ndata: ${JSON.stringify(state)}\n\n`;
    shown = state;
    const steps = await services.facts.attempts(run, { after: last, limit: PAGE });
    for (const step of steps)
      chunk += `id: ${step.id}\nevent: step\ndata: ${JSON.stringify(step)}\n\n`;
    last = steps.at(-1)?.id ?? last;
    if (chunk === '' && performance.now() - spokeAt > HEARTBEAT_MS) chunk = ': still here\n\n';
    if (chunk !== '') {
      spokeAt = performance.now();
      yield chunk;
    }
    if (steps.length === PAGE) continue;
    if (isOver) {
      yield 'event: end\ndata: {}\n\n';
      return undefined;
    }
    await pause(signal);
  }
  return undefined;
}

async function pause(signal: AbortSignal): Promise<void> {
  await wait(LOOK_MS, undefined, { signal }).catch(() => undefined);
}

type Watched = { readonly state: RunState | undefined; readonly isOver: boolean };

/**
 * Watches as the command line does, which also starts again what died meanwhile. `watched` gives the latest, and throws
 * what ended it; `first`: there is something, and the end where the run had ended before.
 */
function watchStates(services: Services, run: string, signal: AbortSignal) {
  let latest: Watched = { state: undefined, isOver: false };
  let trouble: unknown;
  const first = new Promise<void>((resolve) => {
    const show = (state: RunState) => {
      latest = { state, isOver: false };
      // Of a run that has ended, the end is told right behind its state.
      setImmediate(resolve);
    };
    services
      .watch(run, show, signal)
      .then(
        (state) => {
          latest = { state: latest.state ?? state, isOver: isTerminal(state.status) };
        },
        (error: unknown) => {
          trouble = error;
        },
      )
      .finally(resolve);
  });
  const watched = (): Watched => {
    if (trouble !== undefined) throw trouble;
    return latest;
  };
  return { watched, first };
}
