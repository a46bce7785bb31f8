import type { ModelFacts } from '../../partition/facts.ts';

/** What handling did to the training rows, by column and rule. */
export type Edit = ModelFacts['edits'][number];

/** Stands for the column where a rule is about whole rows. */
export const ALL_COLUMNS = '*';
