import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../src/spec/parse-spec.ts';
import { refusal, soleProblem } from './refusals.ts';
import { minimalWith } from './spec-texts.ts';

const engineer = (...formulas: readonly string[]) => {
  const steps = formulas.map(
    (formula, i) =>
      `    - expression:\n        name: f${i}\n        formula: ${JSON.stringify(formula)}`,
  );
  return minimalWith(`features:\n  engineer:\n${steps.join('\n')}`);
};

describe('formulas of a spec', () => {
  it('are all read before there are data, and each mistake has its place and a way out', () => {
    const { problems, message } = refusal(
      engineer('a + 1', 'sqr(a) + lgo(b) +', 'min()', "if(a > 0, 'x"),
    );
    expect(problems.map(({ path, place }) => [path[2], place])).toEqual([
      [1, { line: 14, column: 18 }],
      [1, { line: 14, column: 18 }],
      [1, { line: 14, column: 18 }],
      [2, { line: 17, column: 18 }],
      [3, { line: 20, column: 18 }],
    ]);
    for (const words of [
      'sales.yaml:14:18: features.engineer[1].expression.formula: Formula, character 1: there is no function "sqr". Did you mean `sqrt`?',
      'character 10: there is no function "lgo". Did you mean `log`?',
      'character 18: the formula ends where a value is expected.',
      'character 1: `min` takes 1 to 50 values, not 0.',
      "character 11: this quote (') is never closed.",
    ])
      expect(message).toContain(words);
  });

  it('are read even where the rest of the spec is refused', () => {
    const text = engineer('sqr(a)').replace('task: classification', 'task: magic');
    expect(refusal(text).problems.map(({ path }) => path)).toEqual([
      ['target', 'task'],
      ['features', 'engineer', 0, 'expression', 'formula'],
    ]);
  });

  it('may name columns that nobody knows yet, but not the target', () => {
    expect(parseSpec(engineer('a / "odd name"'), { fileName: 'sales.yaml' }).warnings).toEqual([]);
    expect(soleProblem(engineer('a + sold')).message).toContain('would show the target `sold`');
  });
});
