import type { Score } from '../../domain/metric.ts';
import type { EvaluateFacts, SideScores } from '../../partition/evaluate-facts.ts';
import type { TotalsFacts } from '../../partition/totals-facts.ts';
import type { TrainFacts } from '../../partition/train-facts.ts';

/**
 * Facts as today's code knows them, from whatever version recorded them: what a version did not know yet is absent, and
 * says so. The rows themselves never change.
 */

const NOT_NESTED: Score = { value: null, because: 'Recorded before nested scores were computed.' };

/** Records of a search are newer than trainings. */
export function trainFactsFromRow(facts: TrainFacts): TrainFacts {
  return { ...facts, search: facts.search ?? null };
}

export function evaluateFactsFromRow(facts: EvaluateFacts): EvaluateFacts {
  return { ...facts, own: sideFromRow(facts.own), global: sideFromRow(facts.global) };
}

export function totalsFactsFromRow(facts: TotalsFacts): TotalsFacts {
  return {
    ...facts,
    own: sideFromRow(facts.own),
    global: sideFromRow(facts.global),
    served: sideFromRow(facts.served),
    globalEverywhere: sideFromRow(facts.globalEverywhere),
  };
}

function sideFromRow(side: Recorded<SideScores> | null): SideScores | null {
  if (side === null) return null;
  const { nested = NOT_NESTED, nestedInterval = null, optimism = null } = side;
  return { ...side, nested, nestedInterval, optimism };
}

type NewerField = 'nested' | 'nestedInterval' | 'optimism';
type Recorded<Side extends SideScores> = Omit<Side, NewerField> & Partial<Pick<Side, NewerField>>;
