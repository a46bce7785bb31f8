import { type Failure, isFailure } from '../../domain/failure.ts';
import { suggestion } from '../../domain/nearest-name.ts';
import { formulaProblem } from './problem.ts';
import { type Formula, FUNCTIONS, isFunctionName, type Operator } from './syntax.ts';
import { type Token, tokenise } from './tokenise.ts';

const MAX_DEPTH = 64;
const MAX_PARTS = 500;

/** Left-associative levels, loosest first. Above them stands `not`, then comparison; below, sign and power. */
const SUMS: { readonly [symbol: string]: Operator } = { '+': '+', '-': '-' };
const PRODUCTS: { readonly [symbol: string]: Operator } = { '*': '*', '/': '/' };
const ORS: { readonly [word: string]: Operator } = { or: 'or' };
const ANDS: { readonly [word: string]: Operator } = { and: 'and' };
const COMPARED: { readonly [symbol: string]: Operator } = {
  '=': '=',
  '==': '=',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

/**
 * Reads a formula over columns:
 *
 *     or → and → not → one comparison → + - → * / → sign → ^ (right to left)
 *     column, "odd column", number, 'text', (…), if(c, a, b), min max abs log exp sqrt floor round
 *
 * Nothing is ever executed as code. At most 500 parts, nested 64 deep. What is wrong with it: everything up to the first
 * place where the grammar breaks, each naming its character; then there is no formula.
 */
export function readFormula(text: string): FormulaReading {
  const problems: Failure[] = [];
  try {
    const formula = new FormulaReader(tokenise(text), problems).whole();
    return problems.length === 0 ? { formula, problems } : { formula: undefined, problems };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { formula: undefined, problems: [...problems, error] };
  }
}

type FormulaReading = {
  readonly formula: Formula | undefined;
  readonly problems: readonly Failure[];
};

/** The formula, see `readFormula`. Throws the first of its problems, a `Failure('invalid-spec')`. */
export function parseFormula(text: string): Formula {
  const { formula, problems } = readFormula(text);
  if (formula === undefined) throw problems[0];
  return formula;
}

class FormulaReader {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  #parts = 0;
  /** What is wrong although the grammar holds: reading goes on after it. */
  readonly #problems: Failure[];

  constructor(tokens: readonly Token[], problems: Failure[]) {
    this.#tokens = tokens;
    this.#problems = problems;
  }

  whole(): Formula {
    const formula = this.#expression();
    const { kind, text, at } = this.#peek();
    if (kind !== 'end')
      throw formulaProblem(at, `"${text}" can't stand here: the formula is already complete.`);
    return formula;
  }

  #expression(): Formula {
    return this.#nested(() => this.#chain(ORS, () => this.#chain(ANDS, () => this.#negation())));
  }

  #negation(): Formula {
    const at = this.#peek().at;
    if (!this.#takeWord('not')) return this.#comparison();
    const operand = this.#nested(() => this.#negation());
    return this.#part({ kind: 'operation', operator: 'not', operands: [operand], at });
  }

  #comparison(): Formula {
    const left = this.#sum();
    const { at } = this.#peek();
    const operator = this.#takeOperator(COMPARED);
    if (operator === undefined) return left;
    const whole: Formula = { kind: 'operation', operator, operands: [left, this.#sum()], at };
    const after = this.#peek();
    if (after.kind === 'symbol' && Object.hasOwn(COMPARED, after.text))
      throw formulaProblem(after.at, 'comparisons do not chain. Join two of them with `and`.');
    return this.#part(whole);
  }

  #sum(): Formula {
    return this.#chain(SUMS, () => this.#chain(PRODUCTS, () => this.#signed()));
  }

  #signed(): Formula {
    const { at } = this.#peek();
    if (this.#takeSymbol('+')) return this.#nested(() => this.#signed());
    if (!this.#takeSymbol('-')) return this.#power();
    const operand = this.#nested(() => this.#signed());
    return this.#part({ kind: 'operation', operator: 'negate', operands: [operand], at });
  }

  #power(): Formula {
    const base = this.#primary();
    const { at } = this.#peek();
    if (!this.#takeSymbol('^')) return base;
    const exponent = this.#nested(() => this.#signed());
    return this.#part({ kind: 'operation', operator: '^', operands: [base, exponent], at });
  }

  #primary(): Formula {
    const token = this.#take();
    const { kind, text, at } = token;
    switch (kind) {
      case 'number':
        return this.#part({ kind, value: this.#finite(token), at });
      case 'text':
        return this.#part({ kind, value: text, at });
      case 'column':
        return this.#part({ kind, name: text, at });
      case 'name':
        return this.#isSymbol('(') ? this.#call(token) : this.#bareColumn(token);
      case 'symbol':
        if (text === '(') return this.#parenthesis();
        throw formulaProblem(at, `"${text}" can't stand here: a value is expected.`);
      case 'end':
        throw formulaProblem(at, 'the formula ends where a value is expected.');
    }
  }

  #parenthesis(): Formula {
    const inner = this.#expression();
    this.#expect(')');
    return inner;
  }

  #bareColumn({ text, at }: Token): Formula {
    if (['and', 'or', 'not'].includes(text.toLowerCase()))
      throw formulaProblem(
        at,
        `"${text}" needs a value here. Quote a column of that name: "${text}".`,
      );
    return this.#part({ kind: 'column', name: text, at });
  }

  #call({ text, at }: Token): Formula {
    const fn = text.toLowerCase();
    const operands = this.#operands();
    if (!isFunctionName(fn)) {
      const known = Object.keys(FUNCTIONS);
      const message = `there is no function "${text}". ${suggestion(fn, known)}Known: ${known.join(', ')}.`;
      this.#problems.push(formulaProblem(at, message));
      return this.#part({ kind: 'number', value: 0, at });
    }
    const [least, most] = FUNCTIONS[fn];
    if (operands.length < least || operands.length > most) {
      const wanted = least === most ? `${least}` : `${least} to ${most}`;
      const message = `\`${fn}\` takes ${wanted} values, not ${operands.length}.`;
      this.#problems.push(formulaProblem(at, message));
    }
    return this.#part({ kind: 'call', fn, operands, at });
  }

  #operands(): readonly Formula[] {
    this.#expect('(');
    if (this.#takeSymbol(')')) return [];
    const operands = [this.#expression()];
    while (this.#takeSymbol(',')) operands.push(this.#expression());
    this.#expect(')');
    return operands;
  }

  #chain(operators: { readonly [text: string]: Operator }, operand: () => Formula): Formula {
    let left = operand();
    for (;;) {
      const { at } = this.#peek();
      const operator = this.#takeOperator(operators);
      if (operator === undefined) return left;
      left = this.#part({ kind: 'operation', operator, operands: [left, operand()], at });
    }
  }

  #takeOperator(operators: { readonly [text: string]: Operator }): Operator | undefined {
    const { kind, text } = this.#peek();
    if (kind !== 'symbol' && kind !== 'name') return undefined;
    const word = text.toLowerCase();
    if (!Object.hasOwn(operators, word)) return undefined;
    this.#next++;
    return operators[word];
  }

  #takeWord(word: string): boolean {
    const { kind, text } = this.#peek();
    if (kind !== 'name' || text.toLowerCase() !== word) return false;
    this.#next++;
    return true;
  }

  #isSymbol(symbol: string): boolean {
    const { kind, text } = this.#peek();
    return kind === 'symbol' && text === symbol;
  }

  #takeSymbol(symbol: string): boolean {
    if (!this.#isSymbol(symbol)) return false;
    this.#next++;
    return true;
  }

  #expect(symbol: string): void {
    const { text, at } = this.#peek();
    if (!this.#takeSymbol(symbol))
      throw formulaProblem(at, `"${symbol}" is expected before "${text}".`);
  }

  #finite({ text, at }: Token): number {
    const value = Number(text);
    if (Number.isFinite(value)) return value;
    throw formulaProblem(at, `${text} is too large for a number.`);
  }

  #nested<T>(read: () => T): T {
    const { at } = this.#peek();
    if (++this.#depth > MAX_DEPTH)
      throw formulaProblem(at, `nested more than ${MAX_DEPTH} deep. Split it into two steps.`);
    const result = read();
    this.#depth--;
    return result;
  }

  #part(formula: Formula): Formula {
    if (++this.#parts > MAX_PARTS)
      throw formulaProblem(formula.at, `more than ${MAX_PARTS} parts. Split it into two steps.`);
    return formula;
  }

  #peek(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#next++;
    return token;
  }
}
