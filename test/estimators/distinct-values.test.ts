import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distinctAscending, placeOf } from '../../src/estimators/distinct-values.ts';

describe('distinct values', () => {
  it('are each there once, ascending, and are found again', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true }))),
        (drawn) => {
          const values = Float64Array.from(drawn);
          const distinct = distinctAscending(values);
          const expected = [...new Set(drawn.map((value) => value + 0))].sort((a, b) => a - b);
          expect(Array.from(distinct, (value) => value + 0)).toEqual(expected);
          expect([...values]).toEqual(drawn);
          for (const value of values)
            expect(distinct[placeOf(value, distinct)] === value).toBe(true);
        },
      ),
    );
  });
});
