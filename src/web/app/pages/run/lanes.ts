import type { AttemptFacts } from '../../api/answers.ts';

export type Bar = {
  readonly attempt: AttemptFacts;
  /** When it was put into the queue; `from` where that is not known. */
  readonly queued: number;
  readonly from: number;
  readonly to: number;
};
/** What ran after another in one place: bars of a lane never overlap. */
export type Lane = readonly Bar[];

/** Attempts of one stage in as few lanes as ran at once; each goes into the first that is free. */
export function lanesOf(attempts: readonly AttemptFacts[]): readonly Lane[] {
  const lanes: Bar[][] = [];
  const bars = attempts
    .map((attempt) => {
      const from = Date.parse(attempt.startedAt);
      const queued = Math.min(from, Date.parse(attempt.queuedAt ?? attempt.startedAt));
      // A worker's clock tells the start and the server's the end: none is drawn backwards.
      return { attempt, queued, from, to: Math.max(from, Date.parse(attempt.endedAt)) };
    })
    .sort((a, b) => a.from - b.from);
  for (const bar of bars) {
    const free = lanes.find((lane) => (lane.at(-1)?.to ?? 0) <= bar.from);
    if (free === undefined) lanes.push([bar]);
    else free.push(bar);
  }
  return lanes;
}
