import { formulaProblem } from './problem.ts';

export type Token = {
  /** `name` = bare word, `column` = quoted column name, `end` = after the last character. */
  readonly kind: 'number' | 'text' | 'name' | 'column' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
};

const PATTERNS: readonly (readonly [Token['kind'] | 'space', RegExp])[] = [
  ['space', /\s+/y],
  ['number', /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['name', /[\p{L}_][\p{L}\p{N}_]*/uy],
  ['column', /"(?:[^"]|"")+"/y],
  ['text', /'(?:[^']|'')*'/y],
  ['symbol', /<=|>=|<>|!=|==|[-+*/^()<>=,]/y],
];

/** Cuts a formula into tokens; quotes are doubled inside quoted names (`"`) and texts (`'`). Throws `Failure`. */
export function tokenise(formula: string): readonly Token[] {
  const tokens: Token[] = [];
  let from = 0;
  while (from < formula.length) {
    const [kind, text] = tokenAt(formula, from);
    if (kind !== 'space') tokens.push({ kind, text: unquoted(kind, text), at: from + 1 });
    from += text.length;
  }
  tokens.push({ kind: 'end', text: 'the end', at: formula.length + 1 });
  return tokens;
}

function tokenAt(formula: string, from: number): readonly [Token['kind'] | 'space', string] {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = from;
    const found = pattern.exec(formula)?.[0];
    if (found !== undefined) return [kind, found];
  }
  const character = String.fromCodePoint(formula.codePointAt(from) as number);
  const isQuote = character === '"' || character === "'";
  throw formulaProblem(
    from + 1,
    isQuote
      ? `this quote (${character}) is never closed. Close it, or double it to mean the character.`
      : `"${character}" has no meaning here. Write odd column names in double quotes.`,
  );
}

function unquoted(kind: Token['kind'], text: string): string {
  if (kind === 'column') return text.slice(1, -1).replaceAll('""', '"');
  if (kind === 'text') return text.slice(1, -1).replaceAll("''", "'");
  return text;
}
