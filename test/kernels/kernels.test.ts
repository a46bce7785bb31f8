import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFailure } from '../../src/domain/failure.ts';
import {
  type Kernels,
  kernelMemoryBytes,
  limitKernelMemory,
  withKernels,
} from '../../src/kernels/kernels.ts';
import { seededRandom } from '../support/tables.ts';

function patiently<Result>(work: (kernels: Kernels) => Result): Result {
  return withKernels(() => {}, work);
}

describe('the memory of the kernels', () => {
  it('is given back after each piece of work, also when that fails', () => {
    const top = () => patiently(({ calls }) => calls.mark());
    const before = top();
    patiently((kernels) => kernels.put(new Float64Array(1000)));
    expect(() =>
      patiently((kernels) => {
        kernels.reserve(5000);
        throw new Error('Broken off.');
      }),
    ).toThrow('Broken off.');
    expect(top()).toBe(before);
  });

  it('does not grow over pieces of work of one size', () => {
    const work = () =>
      patiently((kernels) => {
        const x = kernels.put(new Float64Array(200_000).fill(1));
        return kernels.calls.dot(x, x, 200_000);
      });
    expect(work()).toBe(200_000);
    const bytes = kernelMemoryBytes();
    for (let i = 0; i < 20; i++) work();
    expect(kernelMemoryBytes()).toBe(bytes);
  });

  it('is let go when a piece of work needed much of it', () => {
    patiently((kernels) => kernels.reserve(100 * 1024 * 1024));
    expect(kernelMemoryBytes()).toBe(0);
    expect(patiently(({ calls }) => calls.exponential(0))).toBe(1);
  });

  it('grows to its limit and no further, whatever the limit before', () => {
    const reserve = (megabytes: number) => () =>
      patiently((kernels) => kernels.reserve(megabytes * 2 ** 20));
    limitKernelMemory(8);
    expect(reserve(7)).not.toThrow();
    expect(reserve(9)).toThrow(/unable to grow its memory by 9 MB more within the limit of 8 MB/);
    limitKernelMemory(16);
    expect(reserve(9)).not.toThrow();
    limitKernelMemory(Number.POSITIVE_INFINITY);
    expect(reserve(100)).not.toThrow();
  });

  it('refuses more than 4 GB with a reason', () => {
    const ask = () => patiently((kernels) => kernels.reserve(2 ** 33));
    expect(ask).toThrow(/more at once than the 4 GB/);
    let caught: unknown;
    try {
      patiently((kernels) => [kernels.reserve(2 ** 31), kernels.reserve(2 ** 31)]);
    } catch (error) {
      caught = error;
    }
    expect(isFailure(caught) && caught.kind).toBe('limit-exceeded');
  });
});

describe('stopping', () => {
  it('ends a call from inside and leaves the kernels usable', () => {
    const random = seededRandom(1);
    const x = Float64Array.from({ length: 400_000 }, random);
    let polls = 0;
    const stopped = () =>
      withKernels(
        () => {
          polls++;
          if (polls === 3) throw new Error('Stopped.');
        },
        (kernels) => kernels.calls.binColumns(kernels.put(x), 4000, 100, 255, 0),
      );
    expect(stopped).toThrow('Stopped.');
    expect(polls).toBe(3);
    expect(patiently(({ calls }) => calls.logarithm(1))).toBe(0);
  });
});

describe('work inside other work', () => {
  it('ends when that is to end', () => {
    const x = new Float64Array(400_000);
    const bins = () =>
      patiently((kernels) => kernels.calls.binColumns(kernels.put(x), 4000, 100, 255, 0));
    const stops = () => {
      throw new Error('Stopped.');
    };
    expect(() => withKernels(stops, bins)).toThrow('Stopped.');
    expect(bins).not.toThrow();
  });
});

describe('elementary functions', () => {
  it('raise e as well as the engine does, to 4 units in the last place', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
        const ours = patiently(({ calls }) => calls.exponential(x));
        expect(Math.abs(ours / Math.exp(x) - 1)).toBeLessThan(4 * Number.EPSILON);
      }),
    );
  });

  it('cut exponents that a double can not hold', () => {
    patiently(({ calls }) => {
      expect(calls.exponential(1e6)).toBe(calls.exponential(708));
      expect(calls.exponential(-1e6)).toBeLessThan(1e-300);
    });
  });

  it('take the logarithm as well as the engine does', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
        const ours = patiently(({ calls }) => calls.logarithm(x));
        expect(Math.abs(ours - Math.log(x))).toBeLessThanOrEqual(1e-15 * (1 + Math.abs(ours)));
      }),
    );
  });

  it('turn scores into probabilities, whatever their size', () => {
    const scores = Float64Array.of(1000, 999, -1000, 0, 0, 0);
    const shares = patiently((kernels) => {
      const at = kernels.put(scores);
      kernels.calls.softmaxInPlace(at, 2, 3);
      return [...kernels.doublesAt(at, 6)];
    });
    const e = Math.exp(-1);
    [1 / (1 + e), e / (1 + e), 0, 1 / 3, 1 / 3, 1 / 3].forEach((expected, i) => {
      expect(shares[i]).toBeCloseTo(expected, 14);
    });
    const [certain, even, never] = patiently((kernels) => {
      const at = kernels.put(Float64Array.of(800, 0, -800));
      kernels.calls.sigmoidInPlace(at, 3);
      return [...kernels.doublesAt(at, 3)];
    });
    expect([certain, even]).toEqual([1, 0.5]);
    expect(never).toBeCloseTo(0, 14);
  });
});
