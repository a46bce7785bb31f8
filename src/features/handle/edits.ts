import type { ModelFacts } from '../../partition/train-facts.ts';

/** What handling did to the training rows, by column and rule. */
export type Edit = ModelFacts['edits'][number];

/** What several fits do to the same rows is counted once. */
export function distinctEdits(edits: readonly Edit[]): readonly Edit[] {
  const byRule = new Map(edits.map((edit) => [JSON.stringify([edit.column, edit.rule]), edit]));
  return [...byRule.values()];
}

/** Stands for the column where a rule is about whole rows. */
export const ALL_COLUMNS = '*';
