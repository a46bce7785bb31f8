import type { Outcome } from '../engine.ts';

/** Outcomes between the pool, which pushes, and one reader, who takes all that has arrived at once. */
export class OutcomeQueue implements AsyncIterable<readonly Outcome[]> {
  #arrived: Outcome[] = [];
  #end: { readonly error?: unknown } | undefined;
  #wake: () => void = () => undefined;

  push(outcome: Outcome): void {
    this.#arrived.push(outcome);
    this.#wake();
  }

  finish(): void {
    this.#end ??= {};
    this.#wake();
  }

  /** The reader gets the error instead of outcomes that it has not taken yet. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Outcome[]> {
    for (;;) {
      if (this.#end !== undefined && 'error' in this.#end) throw this.#end.error;
      if (this.#arrived.length > 0) {
        const taken = this.#arrived;
        this.#arrived = [];
        yield taken;
      } else if (this.#end !== undefined) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
