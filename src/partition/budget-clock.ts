import type { SearchFacts, TrainArgs } from './train-facts.ts';

/**
 * Says when a search has to end: by the clock, or, where a run is reproduced, by the rounds of its record, so that the
 * same candidates are tried on another machine.
 */
export class BudgetClock {
  readonly #startedAt = performance.now();
  readonly #candidateMs: number;
  readonly #limit: { readonly ms: number; readonly kind: 'partition' | 'run' };
  readonly #replay: SearchFacts | undefined;
  readonly #cut: number[] = [];
  #rounds = 0;
  #spent: SearchFacts['spent'] = null;

  /** `rowCount`: rows of the partition; its share of a run's budget is its share of all rows that models are trained on. */
  constructor(
    { spec: { tune, global }, tableRows, replay }: Pick<TrainArgs, 'spec' | 'tableRows' | 'replay'>,
    rowCount: number,
  ) {
    const { candidate, partition, run } = tune.budget ?? {};
    const rowsOfRun = (tableRows ?? rowCount) * (global.enabled ? 2 : 1);
    const ofRun = (1000 * (run ?? Number.POSITIVE_INFINITY) * rowCount) / rowsOfRun;
    const ofPartition = 1000 * (partition ?? Number.POSITIVE_INFINITY);
    this.#candidateMs = 1000 * (candidate ?? Number.POSITIVE_INFINITY);
    this.#limit =
      ofRun < ofPartition ? { ms: ofRun, kind: 'run' } : { ms: ofPartition, kind: 'partition' };
    this.#replay = replay;
  }

  /** Asked once after each round of the search; what was spent stays so. */
  isSpent(): boolean {
    if (this.#spent !== null) return true;
    this.#rounds += 1;
    if (this.#replay !== undefined) {
      if (this.#rounds >= this.#replay.rounds) this.#spent = this.#replay.spent;
    } else if (performance.now() - this.#startedAt > this.#limit.ms) {
      this.#spent = this.#limit.kind;
    }
    return this.#spent !== null;
  }

  /** Whether a candidate may go on that has been fitted for so long; the first, the simplest, always may. */
  mayGoOn(place: number, ms: number): boolean {
    const may =
      this.#replay === undefined
        ? place === 0 || ms <= this.#candidateMs
        : !this.#replay.cut.includes(place);
    if (!may) this.#cut.push(place);
    return may;
  }

  facts(completed: readonly number[]): SearchFacts {
    return { rounds: this.#rounds, completed, cut: this.#cut, spent: this.#spent };
  }
}

/** Why a candidate was cut. */
export function cutText(seconds: number | undefined): string {
  return `It took longer than the ${seconds} s of tune.budget.candidate.`;
}
