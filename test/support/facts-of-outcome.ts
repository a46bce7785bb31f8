import type { JsonObject } from '../../src/domain/json.ts';
import type { Outcome } from '../../src/engines/engine.ts';

/** What a partition function found; throws where it did not come to an end. */
export function factsOrThrow(outcome: Outcome | undefined): JsonObject {
  if (outcome?.kind !== 'ok') throw new Error(`Not done: ${JSON.stringify(outcome)}`);
  return outcome.facts;
}
