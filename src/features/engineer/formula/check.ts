import { formulaProblem } from '../../../spec/formula/problem.ts';
import type { Formula } from '../../../spec/formula/syntax.ts';
import { type ColumnKind, KIND_WORDS } from '../../column-shape.ts';

type ValueKind = 'number' | 'text';

/**
 * Refuses what has no meaning: arithmetic on text, comparison of text with numbers, an order of texts, timestamps.
 * Truth is a number (1 or 0). The formula itself has to be a number. Throws `Failure('invalid-spec')`.
 */
export function checkFormula(formula: Formula, kindOf: (column: string) => ColumnKind): void {
  expectNumber(formula, kindOf);
}

function valueKind(formula: Formula, kindOf: (column: string) => ColumnKind): ValueKind {
  switch (formula.kind) {
    case 'number':
    case 'text':
      return formula.kind;
    case 'column':
      return columnValueKind(formula.name, kindOf(formula.name), formula.at);
    case 'call':
      for (const operand of formula.operands) expectNumber(operand, kindOf);
      return 'number';
    case 'operation':
      if (formula.operator === '=' || formula.operator === '!=') {
        expectOneKind(formula, kindOf);
      } else for (const operand of formula.operands) expectNumber(operand, kindOf);
      return 'number';
  }
}

function columnValueKind(name: string, kind: ColumnKind, at: number): ValueKind {
  if (kind === 'number') return 'number';
  if (kind === 'category') return 'text';
  throw formulaProblem(
    at,
    `\`${name}\` holds ${KIND_WORDS.time}. Use what a \`calendar\` or \`difference\` step makes of it.`,
  );
}

function expectNumber(formula: Formula, kindOf: (column: string) => ColumnKind): void {
  if (valueKind(formula, kindOf) === 'number') return;
  const shown = formula.kind === 'column' ? `\`${formula.name}\`` : 'this';
  throw formulaProblem(
    formula.at,
    `${shown} is text, where a number is expected. Text can only be compared by = and !=.`,
  );
}

function expectOneKind(
  { operands, at }: Extract<Formula, { kind: 'operation' }>,
  kindOf: (column: string) => ColumnKind,
): void {
  const kinds = new Set(operands.map((operand) => valueKind(operand, kindOf)));
  if (kinds.size > 1)
    throw formulaProblem(
      at,
      "a number is compared with text. Write text in single quotes ('5') and numbers without.",
    );
}
