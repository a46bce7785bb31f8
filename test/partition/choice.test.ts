import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decision, runStatusOf, type TieRule } from '../../src/domain/run.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import { type Choosable, chooseModels, chooseParents } from '../../src/partition/choice.ts';

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
    errors: null,
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

  it('lets all partitions together decide a tie, where that is asked and they are enough', () => {
    const alike = Array.from({ length: 20 }, (_, i) =>
      partition(`p${i}`, { comparison: compared(i === 0 ? -0.08 : 0.06 + i / 1000, 0.1) }),
    );
    const chosen = (partitions: readonly Choosable[], ties: TieRule) =>
      chooseModels(partitions, GLOBAL, new Map(), ties);
    for (const { verdict, model } of chosen(alike, 'simpler'))
      expect([verdict, model]).toEqual(['tie', GLOBAL]);
    const [first, ...others] = chosen(alike, 'pooled');
    // Hardly anything tells it from the others, which are better off.
    expect(first).toMatchObject({ verdict: 'own', reason: 'pooled_evidence', model: OWN });
    for (const choice of others)
      expect(choice).toMatchObject({ verdict: 'own', reason: 'pooled_evidence', model: OWN });
    const worse = alike.map((one) => ({
      ...one,
      comparison: compared(-(one.comparison?.difference ?? 0), 0.9),
    }));
    for (const { verdict } of chosen(worse, 'pooled')) expect(verdict).toBe('tie');
    for (const { verdict } of chosen(alike.slice(0, 9), 'pooled')) expect(verdict).toBe('tie');
  });

  it('decides no tie by what others say of a partition that is clearly worse or better itself', () => {
    const alike = Array.from({ length: 20 }, (_, i) =>
      partition(`p${i}`, { comparison: compared(0.06, 0.1) }),
    );
    const apart = [
      partition('worse', { comparison: compared(-0.3, 1) }),
      partition('better', { comparison: compared(0.5, 1e-9) }),
    ];
    const choices = chooseModels([...apart, ...alike], GLOBAL, new Map(), 'pooled');
    expect(choices.slice(0, 2).map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ['global', null],
      ['own', null],
    ]);
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

  describe('of a partition that is too small to answer alone', () => {
    const shrink: Decision = { kind: 'shrink', reason: 'too_small' };
    /** Three folds in which moving by `cross ÷ 10` towards the own model is best. */
    const errors = (cross: number) =>
      [0, 1, 2].map((fold) => ({ fold, rows: 5, square: 10, cross, other: 10 }));
    const small = (id: string, change: Partial<Choosable> = {}) =>
      partition(id, { decision: shrink, errors: errors(5), ...change });

    it('blends own and global as far as held-out rows speak for each, and names the blend by both', () => {
      const [a, b] = chooseModels([small('a'), small('b')], GLOBAL);
      expect(a).toMatchObject({ status: 'trained', reason: 'too_small', verdict: 'blend' });
      expect(a?.blend?.parts).toEqual([
        // As good as the other on ten rows of fifteen: half as much again is expected of what learned from all of them.
        { rung: 'own', model: OWN, weight: expect.closeTo(0.6, 1) },
        { rung: 'global', model: GLOBAL, weight: expect.closeTo(0.4, 1) },
      ]);
      expect(a?.blend?.withoutFold).toHaveLength(3);
      expect([OWN, GLOBAL]).not.toContain(a?.model);
      expect(b?.model).toBe(a?.model);
    });

    it('blends nothing where one of the two has all the weight', () => {
      const choice = (cross: number) => {
        const pool = Array.from({ length: 60 }, (_, i) =>
          small(`p${i}`, { errors: errors(cross) }),
        );
        return chooseModels(pool, GLOBAL)[0];
      };
      expect(choice(-9)).toMatchObject({ verdict: 'global', model: GLOBAL });
      expect(choice(10)).toMatchObject({ verdict: 'own', model: OWN });
      expect(choice(10)).not.toHaveProperty('blend');
    });

    it('takes no part in the tests of the others', () => {
      const lucky = partition('lucky', { comparison: compared(0.2, 0.04) });
      const others = Array.from({ length: 19 }, (_, i) =>
        small(`p${i}`, { comparison: compared(0, 0.5) }),
      );
      expect(chooseModels([lucky, ...others], GLOBAL)[0]?.verdict).toBe('own');
    });

    it('answers whatever is missing: no own model, no global one, no score of both', () => {
      const [noOwn, unscored] = chooseModels(
        [small('a', { model: null, failure: 'timeout' }), small('b', { errors: null })],
        GLOBAL,
      );
      expect(noOwn).toMatchObject({ status: 'global', reason: 'too_small', model: GLOBAL });
      expect(unscored).toMatchObject({ reason: 'not_compared', verdict: 'tie', model: GLOBAL });
      expect(chooseModels([small('a')], null)).toMatchObject([
        { status: 'trained', reason: 'too_small', model: OWN },
      ]);
      expect(chooseModels([small('a', { model: null })], null)[0]?.status).toBe('failed');
    });
  });

  describe('with parents between partitions and the global model', () => {
    const NORTH = digestBytes('north');
    const parents = (pValue: number) =>
      chooseParents(
        [partition('north', { model: NORTH, comparison: compared(0.3, pValue) })],
        GLOBAL,
      );
    /** Better than the global model by far, and as good as its parent's, or what `change` says. */
    const store = (id: string, parent: Partial<Choosable['parent']> = {}, change = {}) =>
      partition(id, {
        comparison: compared(0.3, 1e-6),
        parent: { id: 'north', comparison: compared(0, 0.5), errors: null, ...parent },
        ...change,
      });
    const choose = (one: Choosable, pValue = 1e-6) =>
      chooseModels([one], GLOBAL, parents(pValue).answering)[0];

    it('lets a parent answer on evidence against the global model, and its partitions on evidence against it', () => {
      expect(parents(1e-6).choices).toMatchObject([{ verdict: 'parent', model: NORTH }]);
      expect(choose(store('a'))).toMatchObject({ verdict: 'parent', model: NORTH });
      const better = { comparison: compared(0.3, 1e-6) };
      expect(choose(store('b', better))).toMatchObject({ verdict: 'own', model: OWN });
    });

    it('asks for evidence against the global model where the parent does not answer', () => {
      expect(parents(0.2).choices).toMatchObject([{ verdict: 'tie', model: GLOBAL }]);
      expect(choose(store('a'), 0.2)).toMatchObject({ verdict: 'own', model: OWN });
      const even = { comparison: compared(0, 0.5) };
      expect(choose(store('b', {}, even), 0.2)).toMatchObject({ verdict: 'tie', model: GLOBAL });
    });

    it('has a partition without a model of its own answered by its parent', () => {
      const decision: Decision = { kind: 'global', reason: 'too_small' };
      expect(choose(store('a', {}, { decision, model: null }))).toMatchObject({
        status: 'global',
        reason: 'too_small',
        verdict: 'parent',
        model: NORTH,
      });
    });

    it('blends a small partition with its parent where that answers', () => {
      const errors = [0, 1, 2].map((fold) => ({ fold, rows: 5, square: 10, cross: 5, other: 10 }));
      const decision: Decision = { kind: 'shrink', reason: 'too_small' };
      expect(choose(store('a', { errors }, { decision }))?.blend?.parts).toMatchObject([
        { rung: 'own', model: OWN, weight: expect.closeTo(0.5, 1) },
        { rung: 'parent', model: NORTH, weight: expect.closeTo(0.5, 1) },
      ]);
    });

    it('corrects for the partitions that are tested against the same rung only', () => {
      const lucky = store('lucky', { comparison: compared(0.2, 0.04) });
      const others = Array.from({ length: 19 }, (_, i) =>
        partition(`p${i}`, { comparison: compared(0, 0.5) }),
      );
      const { answering } = parents(1e-6);
      expect(chooseModels([lucky, ...others], GLOBAL, answering)[0]?.verdict).toBe('own');
    });

    it('lets parents answer unopposed where there is no global model', () => {
      const { answering } = chooseParents([partition('north', { model: NORTH })], null);
      const [choice] = chooseModels([store('a')], null, answering);
      expect(choice).toMatchObject({ verdict: 'parent', model: NORTH });
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
