import { setTimeout as delay } from 'node:timers/promises';
import type { OutboxStore } from '../../stores/outbox-store.ts';
import type { Producer } from './datasets.ts';
import { openLineageEvent } from './event.ts';
import type { Sink } from './sink.ts';

export type Relay = {
  readonly outbox: Pick<OutboxStore, 'tellNext'>;
  readonly sink: Sink;
  readonly producer: Producer;
  readonly say: (line: string) => void;
  /** How often to look for something new, milliseconds. */
  readonly pauseMs: number;
};

/** Between attempts at a receiver that is down, at most. */
const LONGEST_PAUSE_MS = 60_000;
/** What still waits when the process is told to end gets so long. */
const LAST_MS = 5_000;

/**
 * Takes announcements from the outbox to their receiver until `stop` aborts, then for a moment more. Nobody waits for it:
 * while the receiver is down events stay where they are, and what is told twice is the same event.
 */
export async function relayEvents(relay: Relay, stop: AbortSignal): Promise<void> {
  let { pauseMs } = relay;
  let isDown = false;
  const tellAll = async (end: AbortSignal): Promise<void> => {
    try {
      while (!end.aborted && (await tellOne(relay))) {
        if (isDown) relay.say('Lineage events are taken again.');
        isDown = false;
        ({ pauseMs } = relay);
      }
    } catch (error) {
      if (!isDown) relay.say(`Lineage events wait: ${String(error)}`);
      isDown = true;
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
  };
  while (!stop.aborted) {
    await tellAll(stop);
    // Aborting ends the pause early, which is no error.
    await delay(pauseMs, undefined, { signal: stop }).catch(() => undefined);
  }
  await tellAll(AbortSignal.timeout(LAST_MS));
}

async function tellOne({ outbox, sink, producer, say }: Relay): Promise<boolean> {
  return outbox.tellNext(async (announcement) => {
    const telling = await sink(openLineageEvent(announcement, producer));
    if (telling.kind === 'refused') say(`A lineage event was refused: ${telling.why}`);
    return telling;
  });
}
