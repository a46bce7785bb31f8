import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decision, runStatusOf } from '../../src/domain/run.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import { type Choosable, chooseModels } from '../../src/partition/choice.ts';

const GLOBAL = digestBytes('global');
const OWN = digestBytes('own');

function partition(id: string, change: Partial<Choosable> = {}): Choosable {
  return {
    partitionId: id,
    decision: { kind: 'train' },
    model: OWN,
    isReused: false,
    failure: null,
    comparison: null,
    ...change,
  };
}

function compared(difference: number, pValue: number): Choosable['comparison'] {
  return {
    difference,
    interval: { low: difference - 0.1, high: difference + 0.1 },
    pValue,
    rows: 100,
  };
}

describe('the choice', () => {
  it('serves the own model on evidence, the global one otherwise', () => {
    const choices = chooseModels(
      [
        partition('better', { comparison: compared(0.3, 1e-6) }),
        partition('worse', { comparison: compared(-0.3, 1e-6) }),
        partition('even', { comparison: compared(0.01, 0.4) }),
      ],
      GLOBAL,
    );
    expect(choices.map(({ verdict, model }) => [verdict, model])).toEqual([
      ['own', OWN],
      ['global', GLOBAL],
      ['tie', GLOBAL],
    ]);
    expect(choices.every(({ status }) => status === 'trained')).toBe(true);
  });

  it('asks for more evidence the more partitions are tested', () => {
    const lucky = partition('lucky', { comparison: compared(0.2, 0.04) });
    const others = Array.from({ length: 19 }, (_, i) =>
      partition(`p${i}`, { comparison: compared(0, 0.5) }),
    );
    expect(chooseModels([lucky], GLOBAL)[0]?.verdict).toBe('own');
    expect(chooseModels([lucky, ...others], GLOBAL)[0]?.verdict).toBe('tie');
  });

  it('never says what the shown interval does not: own is above zero, global below', () => {
    const score = fc.double({ min: -1, max: 1, noNaN: true });
    const comparison = fc
      .record({ a: score, b: score, pValue: fc.double({ min: 0, max: 1, noNaN: true }) })
      .map(({ a, b, pValue }) => ({
        difference: (a + b) / 2,
        interval: { low: Math.min(a, b), high: Math.max(a, b) },
        pValue,
        rows: 10,
      }));
    fc.assert(
      fc.property(fc.array(comparison, { maxLength: 20 }), (comparisons) => {
        const all = comparisons.map((one, i) => partition(`p${i}`, { comparison: one }));
        for (const [i, { verdict, model }] of chooseModels(all, GLOBAL).entries()) {
          const { low, high } = comparisons[i]?.interval ?? { low: 0, high: 0 };
          if (verdict === 'own') expect(low).toBeGreaterThan(0);
          if (verdict === 'global') expect(high).toBeLessThan(0);
          if (high < 0) expect(verdict).toBe('global');
          expect(model).toBe(verdict === 'own' ? OWN : GLOBAL);
        }
      }),
    );
  });

  it('lets the own model answer unopposed where there is no global one', () => {
    expect(chooseModels([partition('p')], null)[0]).toMatchObject({
      status: 'trained',
      verdict: null,
      model: OWN,
    });
  });

  it('leaves what can not be compared to the global model, and says so', () => {
    const [choice] = chooseModels([partition('p')], GLOBAL);
    expect(choice).toEqual({
      partitionId: 'p',
      status: 'trained',
      reason: 'not_compared',
      verdict: 'tie',
      adjustedPValue: null,
      model: GLOBAL,
    });
  });

  it('fails what could not be profiled, whoever else could answer', () => {
    const decision: Decision = { kind: 'fail', reason: 'out_of_memory' };
    const [choice] = chooseModels([partition('p', { decision, model: null })], GLOBAL);
    expect(choice).toMatchObject({ status: 'failed', reason: 'out_of_memory', model: null });
  });

  it('keeps the reason of a failure, and of what the global model answers or nobody does', () => {
    const small: Decision = { kind: 'global', reason: 'too_small' };
    const [failed, answered] = chooseModels(
      [
        partition('f', { model: null, failure: 'timeout' }),
        partition('s', { decision: small, model: null }),
      ],
      GLOBAL,
    );
    expect(failed).toMatchObject({ status: 'failed', reason: 'timeout', model: null });
    expect(answered).toMatchObject({ status: 'global', reason: 'too_small', model: GLOBAL });
    expect(chooseModels([partition('s', { decision: small })], null)[0]?.status).toBe('skipped');
  });

  it('answers a merged partition by whatever answers for its union', () => {
    const merge: Decision = { kind: 'merge', reason: 'too_small', into: 'union' };
    const member = partition('m', { decision: merge, model: null });
    const union = partition('union', { comparison: compared(0.3, 1e-6) });
    expect(chooseModels([member, union], GLOBAL)[0]).toMatchObject({
      status: 'merged',
      verdict: 'own',
      model: OWN,
    });
    const lost = partition('union', { model: null, failure: 'out_of_memory' });
    expect(chooseModels([member, lost], GLOBAL)[0]).toMatchObject({
      status: 'failed',
      reason: 'out_of_memory',
    });
  });

  it('makes a run partial when a partition has no answer, failed when none has', () => {
    const ok = chooseModels([partition('a')], null);
    const failed = chooseModels([partition('b', { model: null })], null);
    expect(runStatusOf(ok)).toBe('SUCCEEDED');
    expect(runStatusOf([...ok, ...failed])).toBe('PARTIAL');
    expect(runStatusOf(failed)).toBe('FAILED');
  });
});
