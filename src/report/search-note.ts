import type { TrainFacts } from '../partition/train-facts.ts';
import { countedText } from './number-text.ts';

/** What a budget kept from being tried, for people; null where none did. */
export function searchNote({
  search,
  candidates,
}: Pick<TrainFacts, 'search' | 'candidates'>): string | null {
  if (search === null) return null;
  const { completed, cut, spent } = search;
  const tried = `${completed.length} of ${candidates.length} candidates were completed`;
  if (spent !== null) return `The budget tune.budget.${spent} was spent: ${tried}.`;
  return cut.length === 0
    ? null
    : `The budget tune.budget.candidate was too short for some: ${tried}.`;
}

/** That a run hit its budgets: in so many partitions, and in the model without partition. */
export function budgetWarnings(partitions: number, global: TrainFacts | null): readonly string[] {
  const note = global === null ? null : searchNote(global);
  return [
    ...(partitions === 0
      ? []
      : [
          `A budget of tune.budget ended the search in ${countedText(partitions, 'partition')}: another run may complete more or fewer candidates.`,
        ]),
    ...(note === null ? [] : [`Without partition: ${note}`]),
  ];
}
