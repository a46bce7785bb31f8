import type { Json } from '../../../../domain/json.ts';
import type { Path } from './spec-document.ts';

/** The parts of a JSON Schema (draft 7) that a form is made from. */
export type SchemaNode = {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: Json;
  readonly enum?: readonly Json[];
  readonly const?: Json;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly properties?: { readonly [name: string]: SchemaNode };
  readonly required?: readonly string[];
  readonly items?: SchemaNode | readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
};

/** The schema of a field; an empty one where the schema says nothing about it. */
export function nodeAt(schema: SchemaNode, path: Path): SchemaNode {
  let node: SchemaNode | undefined = schema;
  for (const step of path) node = typeof step === 'string' ? node?.properties?.[step] : undefined;
  return node ?? {};
}

/** How a value is asked for. `words` may be chosen from; `open`: a number may be written beside them. */
export type Control =
  | { readonly kind: 'choice'; readonly words: readonly string[] }
  | { readonly kind: 'switch' }
  | { readonly kind: 'number'; readonly isWhole: boolean; readonly words: readonly string[] }
  | { readonly kind: 'numbers' }
  | { readonly kind: 'pair' }
  | { readonly kind: 'columns' }
  | { readonly kind: 'text' };

/** The control that fits a schema. */
export function controlOf(node: SchemaNode): Control {
  const words = wordsOf(node);
  const branches = node.anyOf ?? node.oneOf ?? [node];
  const number = branches.find(({ type }) => type === 'number' || type === 'integer');
  if (number !== undefined) {
    const isNullable = branches.some(({ type }) => type === 'null');
    return {
      kind: 'number',
      isWhole: number.type === 'integer',
      words: isNullable ? [...words, 'none'] : words,
    };
  }
  if (words.length > 0) return { kind: 'choice', words };
  if (node.type === 'boolean') return { kind: 'switch' };
  const list = branches.find(({ type }) => type === 'array');
  if (list === undefined) return { kind: 'text' };
  if (Array.isArray(list.items)) return { kind: 'pair' };
  const item = list.items as SchemaNode | undefined;
  return item?.type === 'integer' ? { kind: 'numbers' } : { kind: 'columns' };
}

function wordsOf(node: SchemaNode): readonly string[] {
  const own = [...(node.enum ?? []), ...(node.const === undefined ? [] : [node.const])].filter(
    (word): word is string => typeof word === 'string',
  );
  return [...own, ...(node.anyOf ?? node.oneOf ?? []).flatMap(wordsOf)];
}

/** What a schema asks a number to be: `From 2 to 20.` */
export function rangeText(node: SchemaNode): string {
  const branch = [node, ...(node.anyOf ?? [])].find(
    ({ type }) => type === 'number' || type === 'integer',
  );
  if (branch === undefined) return '';
  const low = branch.minimum ?? branch.exclusiveMinimum;
  const high = branch.maximum ?? branch.exclusiveMaximum;
  const hasHigh = high !== undefined && high < Number.MAX_SAFE_INTEGER;
  const from = low === undefined ? '' : `${branch.minimum === undefined ? 'above' : 'from'} ${low}`;
  const to = hasHigh ? ` ${branch.maximum === undefined ? 'below' : 'to'} ${high}` : '';
  const text = `${from}${to}`.trim();
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
