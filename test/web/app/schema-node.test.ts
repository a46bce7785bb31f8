import { describe, expect, it } from 'vitest';
import { specJsonSchema } from '../../../src/spec/json-schema.ts';
import {
  controlOf,
  nodeAt,
  rangeText,
  type SchemaNode,
} from '../../../src/web/app/pages/builder/schema-node.ts';

const schema = specJsonSchema() as SchemaNode;
const at = (...path: string[]) => nodeAt(schema, path);

describe('a form made from the schema of specs', () => {
  it('offers a choice, a number, a number beside words, a switch, columns', () => {
    expect(controlOf(at('partition', 'on_small'))).toEqual({
      kind: 'choice',
      words: ['global', 'skip', 'merge', 'shrink'],
    });
    expect(controlOf(at('validate', 'folds'))).toEqual({
      kind: 'number',
      isWhole: true,
      words: [],
    });
    expect(controlOf(at('engine', 'threads'))).toEqual({
      kind: 'number',
      isWhole: true,
      words: ['auto'],
    });
    expect(controlOf(at('global', 'enabled'))).toEqual({ kind: 'switch' });
    expect(controlOf(at('partition', 'by'))).toEqual({ kind: 'columns' });
    expect(controlOf(at('name'))).toEqual({ kind: 'text' });
  });

  it('says what a number may be', () => {
    expect(rangeText(at('validate', 'folds'))).toBe('From 2 to 20.');
    expect(rangeText(at('validate', 'holdout'))).toBe('Above 0 below 1.');
    expect(rangeText(at('partition', 'min_rows'))).toBe('From 1.');
    expect(rangeText(at('name'))).toBe('');
  });

  it('knows the default and the meaning of a field', () => {
    expect(at('validate', 'folds').default).toBe(3);
    expect(at('seed').description).toBe('The one source of randomness.');
  });
});
