import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Failure } from '../domain/failure.ts';
import type { RunPlan } from '../operations/services.ts';
import { WebFailure } from './problems.ts';

/** Answers are kept for so long after they were asked for. */
const KEPT_MS = 600_000;
/** Each plan reads a source and profiles it. */
const MAX_WORKING = 4;

type Asked = { readonly owner: string; isDone: boolean; readonly plan: Promise<RunPlan> };

/** Plans that take longer than an answer should: they go on, and are asked for again. */
export class Plans {
  readonly #asked = new Map<string, Asked>();

  /** Throws `WebFailure('too-many')`. */
  begin(owner: string, make: () => Promise<RunPlan>): string {
    const working = [...this.#asked.values()].filter(({ isDone }) => !isDone).length;
    if (working >= MAX_WORKING)
      throw new WebFailure('too-many', `${working} plans are being made: wait for one of them.`);
    const planId = randomUUID();
    const asked: Asked = { owner, isDone: false, plan: make() };
    void asked.plan
      .catch(() => undefined)
      .finally(() => {
        asked.isDone = true;
      });
    this.#asked.set(planId, asked);
    setTimeout(() => this.#asked.delete(planId), KEPT_MS).unref();
    return planId;
  }

  /** The plan, or null when it is not finished within the time. Throws what made it fail, `Failure('not-found')`. */
  async wait(planId: string, owner: string, milliseconds: number): Promise<RunPlan | null> {
    const asked = this.#asked.get(planId);
    if (asked === undefined || asked.owner !== owner)
      throw new Failure('not-found', `There is no plan ${planId}: plans are kept for ten minutes.`);
    const done = new AbortController();
    const late = wait(milliseconds, null, { signal: done.signal }).catch(() => null);
    return Promise.race([asked.plan, late]).finally(() => done.abort());
  }
}
