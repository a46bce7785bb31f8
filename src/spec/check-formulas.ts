import { readFormula } from './formula/parse.ts';
import { childValue } from './schema-outline.ts';
import type { Finding } from './schema-problems.ts';

/**
 * Formulas that can't be read, whatever the data hold; whether their columns exist is known when they meet the data.
 * Takes the raw list: a formula is checked even where other steps are refused.
 */
export function checkFormulas(steps: unknown): readonly Finding[] {
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step: unknown, i): readonly Finding[] => {
    const formula = childValue(childValue(step, 'expression'), 'formula');
    // The schema refuses what is no text, or too long.
    if (typeof formula !== 'string' || formula === '') return [];
    const path = ['features', 'engineer', i, 'expression', 'formula'];
    return readFormula(formula).problems.map(({ message }) => ({ path, part: 'value', message }));
  });
}
