import { parseFormula } from '../../spec/formula/parse.ts';
import { columnsOf } from '../../spec/formula/syntax.ts';
import { checkFormula } from './formula/check.ts';
import { evaluateFormula } from './formula/evaluate.ts';
import { ANY_KIND, numberColumn, numberShapes, type Step } from './step.ts';

/** `name`: a formula over columns of the same row (grammar: `formula/parse.ts`); comparisons give 1 and 0. */
export function expression(options: { readonly name: string; readonly formula: string }): Step {
  const formula = parseFormula(options.formula);
  return {
    inputs: columnsOf(formula).map((name) => ({ name, kinds: ANY_KIND })),
    outputs: (kindOf) => {
      checkFormula(formula, kindOf);
      return numberShapes([options.name]);
    },
    compute: (frame) => [
      // A copy: a formula that is one column alone gives that column's own buffer.
      numberColumn(options.name, evaluateFormula(formula, frame).slice()),
    ],
  };
}
