import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Failure } from '../domain/failure.ts';
import { API_ROOT } from './contract/api.ts';
import { WebFailure } from './problems.ts';

/** Answers are kept for so long after they were made. */
const KEPT_MS = 600_000;
/** Each reads a source. */
const MAX_WORKING = 4;

/** `owner`: null where anybody may have it who may ask. */
type Asked<Value> = {
  readonly owner: string | null;
  isDone: boolean;
  readonly value: Promise<Value>;
};

/** What takes longer to make than an answer should: it goes on, and is asked for again. */
export class LongAnswers<Value> {
  readonly #asked = new Map<string, Asked<Value>>();
  readonly #words: { readonly one: string; readonly many: string };

  constructor(words: { readonly one: string; readonly many: string }) {
    this.#words = words;
  }

  /** Throws `WebFailure('too-many')`. */
  begin(owner: string | null, make: () => Promise<Value>): string {
    const working = [...this.#asked.values()].filter(({ isDone }) => !isDone).length;
    if (working >= MAX_WORKING)
      throw new WebFailure(
        'too-many',
        `${working} ${this.#words.many} are being made: wait for one of them.`,
      );
    const id = randomUUID();
    const asked: Asked<Value> = { owner, isDone: false, value: make() };
    void asked.value
      .catch(() => undefined)
      .finally(() => {
        asked.isDone = true;
        setTimeout(() => this.#asked.delete(id), KEPT_MS).unref();
      });
    this.#asked.set(id, asked);
    return id;
  }

  /** What is being made already, or else is begun now, for all who ask meanwhile. */
  join(make: () => Promise<Value>): string {
    const working = [...this.#asked].find(([, { owner, isDone }]) => owner === null && !isDone);
    return working === undefined ? this.begin(null, make) : working[0];
  }

  /** Null when it is not finished within the time. Throws what made it fail, `Failure('not-found')`. */
  async wait(id: string, owner: string, milliseconds: number): Promise<Value | null> {
    const asked = this.#asked.get(id);
    if (asked === undefined || (asked.owner ?? owner) !== owner)
      throw new Failure(
        'not-found',
        `There is no ${this.#words.one} ${id}: ${this.#words.many} are kept for ten minutes.`,
      );
    const done = new AbortController();
    const late = wait(milliseconds, null, { signal: done.signal }).catch(() => null);
    return Promise.race([asked.value, late]).finally(() => done.abort());
  }
}

/** `made`: null while it is being made, and then it is asked for again at `place`. */
export function longReply<Asked extends object, Made extends object>(
  place: string,
  asked: Asked,
  made: Made | null,
) {
  const headers = { location: `${API_ROOT}/${place}` };
  return made === null
    ? { json: { state: 'working' as const, ...asked }, status: 202, headers }
    : { json: { state: 'done' as const, ...asked, ...made }, headers };
}
