import { type Document, Lexer, LineCounter, Parser, parseDocument } from 'yaml';
import { Failure } from '../domain/failure.ts';
import { MAX_DEPTH, type PlainValue, plainValueOf } from './plain-value.ts';
import type { Path, Place, Problem } from './problem.ts';

/** A spec file as plain data, and where each part of it stands. */
export type SpecDocument = {
  readonly value: PlainValue | undefined;
  readonly problems: readonly Problem[];
  /** The place of a key or of its value; of the nearest part around it when it is missing. */
  placeOf(path: Path, part: 'key' | 'value'): Place | null;
};

/**
 * YAML 1.2 (of which JSON is a part) to plain data. Nothing is built from text that nests too deep, aliases are expanded
 * within a budget, and keys that could reach a prototype are refused.
 */
export function readDocument(text: string, fileName: string): SpecDocument {
  refuseDeepNesting(text, fileName);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    strict: true,
    // The library compares every pair of keys; `plainValueOf` finds duplicates in one pass.
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
  });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  // One slip makes nonsense of what follows it: the first is the one to mend.
  const syntax = [...document.errors, ...document.warnings].slice(0, 1).map(({ message, pos }) => ({
    path: [],
    place: placeAt(pos[0]),
    message: `${firstSentence(message)}.`,
  }));
  if (syntax.length > 0) return { value: undefined, problems: syntax, placeOf: () => placeAt(0) };
  const found = plainValueOf(document.contents);
  return {
    value: found.value,
    problems: [
      ...found.problems.map(({ path, offset, message }) => ({
        path,
        place: placeAt(offset),
        message,
      })),
      ...strictJsonProblems(text, fileName, document),
    ],
    placeOf: (path, part) => placeAt(found.offsetOf(path, part)),
  };
}

/** Brackets are counted token by token, block nesting on the syntax of the library: neither recurses. */
function refuseDeepNesting(text: string, fileName: string): void {
  if (flowDepth(text) > MAX_DEPTH || blockDepth(text) > MAX_DEPTH)
    throw new Failure(
      'invalid-spec',
      `The spec ${fileName} nests deeper than ${MAX_DEPTH} levels. Flatten it.`,
    );
}

function flowDepth(text: string): number {
  let depth = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (depth > MAX_DEPTH) return depth;
  }
  return 0;
}

function blockDepth(text: string): number {
  let deepest = 0;
  for (const document of new Parser().parse(text)) {
    const open: (readonly [SyntaxToken, number])[] = [[document as SyntaxToken, 0]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [{ type = '', value, key, items }, depth] = next;
      deepest = Math.max(deepest, depth);
      const inside = depth + (/^(block-map|block-seq|flow-collection)$/.test(type) ? 1 : 0);
      for (const part of [value, key, ...(Array.isArray(items) ? items : [])])
        if (typeof part === 'object' && part !== null) open.push([part, inside]);
    }
  }
  return deepest;
}

/** What the parts of the library's syntax tree have in common. */
type SyntaxToken = {
  readonly type?: string;
  readonly items?: unknown;
  readonly value?: unknown;
  readonly key?: unknown;
};

/** A `.json` file has to be JSON for every other reader, too. */
function strictJsonProblems(
  text: string,
  fileName: string,
  document: Document,
): readonly Problem[] {
  if (!fileName.toLowerCase().endsWith('.json') || document.contents === null) return [];
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    return [
      {
        path: [],
        place: { line: 1, column: 1 },
        message: `Not JSON: ${(error as Error).message}.`,
      },
    ];
  }
}

function firstSentence(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/[.:]$/, '');
}
