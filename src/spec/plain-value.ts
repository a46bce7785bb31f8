import { isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';
import type { Path } from './problem.ts';

export type PlainValue =
  | null
  | boolean
  | number
  | string
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

export type PlainResult = {
  readonly value: PlainValue | undefined;
  readonly problems: readonly PlainProblem[];
  offsetOf(path: Path, part: 'key' | 'value'): number;
};
type PlainProblem = { readonly path: Path; readonly offset: number; readonly message: string };

/** Values built from one spec, aliases expanded: a bomb of aliases ends here. */
const MAX_VALUES = 20_000;
/** Deeper nesting than this is refused before anything is built from it. */
export const MAX_DEPTH = 64;

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const URL_WITH_PASSWORD = /[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i;

/** A syntax tree of YAML as plain data; what can't be plain data is a problem at its place. */
export function plainValueOf(root: unknown): PlainResult {
  const builder = new PlainValueBuilder();
  const value = isNode(root) ? builder.build(root, []) : null;
  return {
    value: builder.isExhausted ? undefined : value,
    problems: builder.problems,
    offsetOf: (path, part) => builder.offsetOf(path, part),
  };
}

class PlainValueBuilder {
  readonly problems: PlainProblem[] = [];
  isExhausted = false;
  private built = 0;
  private readonly anchors = new Map<string, Node>();
  private readonly keyOffsets = new Map<string, number>();
  private readonly valueOffsets = new Map<string, number>();

  build(node: Node, path: Path): PlainValue {
    if (this.isExhausted || ++this.built > MAX_VALUES || path.length > MAX_DEPTH)
      return this.exhaust(node, path);
    const offset = offsetOfNode(node);
    if (!this.valueOffsets.has(keyOf(path))) this.valueOffsets.set(keyOf(path), offset);
    if (isAlias(node)) {
      const target = this.anchors.get(node.source);
      if (target !== undefined) return this.build(target, path);
      return this.report(path, offset, `The alias *${node.source} has no anchor before it.`);
    }
    if (node.anchor !== undefined) this.anchors.set(node.anchor, node);
    if (isMap(node)) return this.buildObject(node.items, path);
    if (isSeq(node)) return node.items.map((item, i) => this.buildChild(item, [...path, i]));
    return isScalar(node) ? this.buildScalar(node, path) : null;
  }

  offsetOf(path: Path, part: 'key' | 'value'): number {
    for (let length = path.length; length > 0; length--) {
      const key = keyOf(path.slice(0, length));
      const preferred =
        part === 'key' || length < path.length ? this.keyOffsets : this.valueOffsets;
      const offset = preferred.get(key) ?? this.valueOffsets.get(key) ?? this.keyOffsets.get(key);
      if (offset !== undefined) return offset;
    }
    return 0;
  }

  private buildObject(pairs: readonly Pair[], path: Path): PlainValue {
    const entries = new Map<string, PlainValue>();
    for (const { key, value } of pairs) {
      const offset = isNode(key) ? offsetOfNode(key) : 0;
      if (!isScalar(key)) {
        this.report(path, offset, 'A key must be text, not a list or a map.');
        continue;
      }
      const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
      const at = [...path, name];
      if (entries.has(name)) this.report(at, offset, 'This key is here twice. Remove one of them.');
      else if (FORBIDDEN_KEYS.has(name))
        this.report(at, offset, 'This key is not allowed anywhere.');
      else {
        if (!this.keyOffsets.has(keyOf(at))) this.keyOffsets.set(keyOf(at), offset);
        entries.set(name, this.buildChild(value, at));
      }
    }
    return Object.fromEntries(entries);
  }

  private buildChild(node: unknown, path: Path): PlainValue {
    return isNode(node) ? this.build(node, path) : null;
  }

  private buildScalar(node: Scalar, path: Path): PlainValue {
    const { value } = node;
    if (typeof value === 'number') return this.buildNumber(node, value, path);
    if (typeof value === 'string') {
      if (URL_WITH_PASSWORD.test(value))
        this.report(
          path,
          offsetOfNode(node),
          'This URL holds a password. Put it into an environment variable and write ${env:NAME}.',
        );
      return value;
    }
    return typeof value === 'boolean' ? value : null;
  }

  private buildNumber(node: Scalar, value: number, path: Path): PlainValue {
    const source = node.source ?? String(value);
    const offset = offsetOfNode(node);
    if (!Number.isFinite(value))
      return this.report(path, offset, `${source} is not a finite number.`);
    if (/^[-+]?\d+$|^0[xo]/.test(source) && !Number.isSafeInteger(value))
      return this.report(path, offset, `${source} can't be held exactly (limit ±2^53 − 1).`);
    // Minus zero is zero.
    return value === 0 ? 0 : value;
  }

  private report(path: Path, offset: number, message: string): null {
    this.problems.push({ path, offset, message });
    return null;
  }

  private exhaust(node: Node, path: Path): null {
    if (this.isExhausted) return null;
    this.isExhausted = true;
    const message = `Resource exhaustion: aliases and lists expand to more than ${MAX_VALUES} values or ${MAX_DEPTH} levels. Write them out, or less.`;
    return this.report(path.slice(0, 3), offsetOfNode(node), message);
  }
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}

function offsetOfNode(node: Node): number {
  return node.range?.[0] ?? 0;
}
