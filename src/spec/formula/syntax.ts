/** What a formula is, once read. `at` is the 1-based position of the character that it begins with. */
export type Formula =
  | { readonly kind: 'number'; readonly value: number; readonly at: number }
  | { readonly kind: 'text'; readonly value: string; readonly at: number }
  | { readonly kind: 'column'; readonly name: string; readonly at: number }
  | {
      readonly kind: 'operation';
      readonly operator: Operator;
      readonly operands: readonly Formula[];
      readonly at: number;
    }
  | {
      readonly kind: 'call';
      readonly fn: FunctionName;
      readonly operands: readonly Formula[];
      readonly at: number;
    };

export const COMPARISONS = ['=', '!=', '<', '<=', '>', '>='] as const;
export type Comparison = (typeof COMPARISONS)[number];
export type Operator = Comparison | '+' | '-' | '*' | '/' | '^' | 'negate' | 'and' | 'or' | 'not';

/** Function → how many operands it takes at least and at most. */
export const FUNCTIONS = {
  if: [3, 3],
  min: [1, 50],
  max: [1, 50],
  abs: [1, 1],
  log: [1, 1],
  exp: [1, 1],
  sqrt: [1, 1],
  floor: [1, 1],
  round: [1, 1],
} as const satisfies { readonly [fn: string]: readonly [number, number] };
export type FunctionName = keyof typeof FUNCTIONS;

export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(FUNCTIONS, name);
}

/** Columns that the formula names, each once, in order of appearance. */
export function columnsOf(formula: Formula): readonly string[] {
  const names = new Set<string>();
  visit(formula, (part) => {
    if (part.kind === 'column') names.add(part.name);
  });
  return [...names];
}

function visit(formula: Formula, see: (part: Formula) => void): void {
  see(formula);
  if ('operands' in formula) for (const operand of formula.operands) visit(operand, see);
}
