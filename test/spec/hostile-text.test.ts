import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFailure } from '../../src/domain/failure.ts';
import { parseSpec } from '../../src/spec/parse-spec.ts';
import { refusal, soleProblem } from './refusals.ts';
import { MINIMAL, minimalWith } from './spec-texts.ts';

const digestOf = (content: string | Uint8Array) =>
  parseSpec(content, { fileName: 'sales.yaml' }).digest;
const refusedBecause = (content: string | Uint8Array) => () => digestOf(content);

describe('text of a spec', () => {
  it('has the same digest with a byte order mark, CRLF line ends and as bytes', () => {
    const digest = digestOf(MINIMAL);
    expect(digestOf(`\uFEFF${MINIMAL}`)).toBe(digest);
    expect(digestOf(MINIMAL.replaceAll('\n', '\r\n'))).toBe(digest);
    expect(digestOf(Buffer.from(`\uFEFF${MINIMAL}`))).toBe(digest);
  });

  it('is refused with the offset of bytes that are no UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('name: caf'), Buffer.from([0xe9]), Buffer.from('\n')]);
    expect(refusedBecause(bytes)).toThrow('byte 0xe9 at offset 9');
  });

  it('is refused above a megabyte before anything is read', () => {
    const text = `${MINIMAL}# ${'x'.repeat(50_000_000)}`;
    expect(refusedBecause(text)).toThrow(/50\d{6} bytes; at most 1048576/);
  });

  it.each([
    ['lists', '['.repeat(200_000)],
    ['closed lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['maps', '{"a":'.repeat(50_000)],
    ['block lists', `${'- '.repeat(20_000)}a`],
  ])('is refused when %s nest too deep, without a stack overflow', (_, text) => {
    expect(refusedBecause(text)).toThrow('nests deeper than 64 levels');
  });

  it('is refused when aliases expand to very many values', () => {
    const levels = Array.from({ length: 9 }, (_, i) => {
      const inside = i === 0 ? '"x"' : `*l${i - 1}`;
      return `l${i}: &l${i} [${Array.from({ length: 9 }, () => inside).join(', ')}]`;
    });
    expect(soleProblem(levels.join('\n')).message).toContain('Resource exhaustion');
  });

  it('is refused when an alias holds itself', () => {
    expect(refusal('a: &a [*a]').message).toContain('Resource exhaustion');
  });

  it('may use an alias for what stands there once', () => {
    const text = minimalWith('columns: { id: &c reading, drop: [*c] }');
    expect(parseSpec(text, { fileName: 'x.yaml' }).spec.columns.drop).toEqual(['reading']);
  });

  it('is refused with the place of a key that stands twice', () => {
    const problem = soleProblem(minimalWith('seed: 1\nseed: 2'));
    expect(problem).toMatchObject({ path: ['seed'], place: { line: 8, column: 1 } });
    expect(problem.message).toContain('twice');
    const json = MINIMAL.length > 0 ? '{"version": 1, "version": 1}' : '';
    expect(refusal(json, 'sales.json').message).toContain('twice');
  });

  it('is refused where tabs indent', () => {
    const problem = soleProblem('version: 1\ndata:\n\tsource: x');
    expect(problem.place?.line).toBe(3);
    expect(problem.message).toContain('Tabs are not allowed');
  });

  it('is refused with tags and with a second document', () => {
    expect(refusal(minimalWith('seed: !!js/function "x"')).message).toContain('tag');
    expect(refusal(`${MINIMAL}---\na: 1`).message).toContain('multiple documents');
  });

  it('has to be JSON in a .json file', () => {
    expect(refusal(MINIMAL, 'sales.json').message).toContain('Not JSON');
  });

  it.each(['__proto__', 'constructor', 'prototype'])('may not hold the key %s', (key) => {
    const deep = minimalWith(
      `features: { handle: { columns: { rpm: { ${key}: { polluted: 1 } } } } }`,
    );
    const json = `{"columns": {"types": {"${key}": {"prototype": {"polluted": true}}}}}`;
    expect(refusal(deep).message).toContain(`${key}: This key is not allowed anywhere.`);
    expect(refusal(json, 'a.json').message).toContain(`${key}: This key is not allowed anywhere.`);
    expect(({} as { readonly polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each(['1e999', '.inf', '-.inf', '.nan'])('may not hold the number %s', (number) => {
    const text = minimalWith(`algorithms: [{ random_forest: { trees: ${number} } }]`);
    const problem = soleProblem(text);
    expect(problem.message).toBe(`${number} is not a finite number.`);
    expect(problem.path).toEqual(['algorithms', 0, 'random_forest', 'trees']);
  });

  it('may not hold an integer that a double rounds', () => {
    const { message } = soleProblem(minimalWith('seed: 9007199254740993'));
    expect(message).toContain("9007199254740993 can't be held exactly");
  });

  it('takes minus zero as zero and 0x10 as 16', () => {
    const bins = (edge: string) =>
      digestOf(
        minimalWith('').replace('by: store', `by: store, bins: { store: { edges: [${edge}] } }`),
      );
    expect(bins('-0')).toBe(bins('0'));
    expect(bins('-0.0')).toBe(bins('0'));
    expect(digestOf(minimalWith('seed: 0x10'))).toBe(digestOf(minimalWith('seed: 16')));
  });

  it('is refused with a key that is a list', () => {
    expect(soleProblem(minimalWith('? [a]\n: 1')).message).toContain('A key must be text');
  });

  it('is accepted or refused with a reason, whatever it is', () => {
    const mutated = fc
      .tuple(fc.nat(MINIMAL.length), fc.nat(12), fc.string({ maxLength: 12 }))
      .map(([at, cut, more]) => MINIMAL.slice(0, at) + more + MINIMAL.slice(at + cut));
    const json = fc.json({ maxDepth: 4 }).map((value) => `{"version": 1, "features": ${value}}`);
    const bytes = fc.uint8Array({ maxLength: 60 });
    fc.assert(
      fc.property(fc.oneof(mutated, json, bytes, fc.string()), (content) => {
        const outcome = outcomeOf(content);
        expect(outcome === 'accepted' || outcome === 'invalid-spec').toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

function outcomeOf(content: string | Uint8Array): string {
  try {
    digestOf(content);
    return 'accepted';
  } catch (error) {
    if (!isFailure(error)) throw error;
    return error.kind;
  }
}
