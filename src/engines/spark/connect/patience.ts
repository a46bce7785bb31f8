import { setTimeout as wait } from 'node:timers/promises';
import { asServiceError, detailsOf, mayRetry } from './grpc-error.ts';

/**
 * Waits before the next try of a call, milliseconds: growing as with Spark's own clients, but ten seconds in all. What is
 * still down then is Temporal's to retry, and the user is told why.
 */
export const DEFAULT_WAITS_MS = [50, 200, 800, 3_200, 6_400] as const;
/** A server may ask for longer waits, up to this. */
const LONGEST_WAIT_MS = 600_000;

/** How often one thing may be tried again; success renews it. */
export class Patience {
  readonly #waitsMs: readonly number[];
  #tries = 0;

  constructor(waitsMs: readonly number[] = DEFAULT_WAITS_MS) {
    this.#waitsMs = waitsMs;
  }

  renew(): void {
    this.#tries = 0;
  }

  /** Waits until the next try is due; throws the error when there is none. Aborting the signal ends the wait. */
  async next(error: unknown, signal?: AbortSignal): Promise<void> {
    const call = asServiceError(error);
    const ms = this.#waitsMs[this.#tries];
    if (call === undefined || ms === undefined || !mayRetry(call)) throw error;
    this.#tries += 1;
    const asked = Math.min(detailsOf(call).retryAfterMs ?? 0, LONGEST_WAIT_MS);
    await wait(Math.max(ms, asked), undefined, signal && { signal });
  }
}

/** The result of a call that may be repeated without harm. */
export async function persist<Result>(
  call: () => Promise<Result>,
  waitsMs?: readonly number[],
): Promise<Result> {
  const patience = new Patience(waitsMs);
  for (;;) {
    try {
      return await call();
    } catch (error) {
      await patience.next(error);
    }
  }
}
