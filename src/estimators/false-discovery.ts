const FIRST_CAPACITY = 1024;

/**
 * Benjamini and Hochberg's correction (1995) over any number of tests that are counted one after the other: 16 bytes each.
 * The order does not matter.
 */
export class FalseDiscovery {
  #pValues = new Float64Array(FIRST_CAPACITY);
  #count = 0;
  /** Of the sorted p-values; none while tests are counted. */
  #rates: Float64Array | undefined;

  /** Tests that were counted. */
  get tests(): number {
    return this.#count;
  }

  count(pValue: number): void {
    if (this.#count === this.#pValues.length) {
      const larger = new Float64Array(2 * this.#count);
      larger.set(this.#pValues);
      this.#pValues = larger;
    }
    this.#pValues[this.#count++] = pValue;
    this.#rates = undefined;
  }

  /** The smallest false discovery rate at which a test with this p-value, one of those that were counted, would be rejected. */
  rateOf(pValue: number): number {
    this.#rates ??= this.#adjust();
    return this.#rates[placeOf(this.#pValues, this.#count, pValue)] as number;
  }

  #adjust(): Float64Array {
    const tests = this.#count;
    const sorted = this.#pValues.subarray(0, tests).sort();
    const rates = new Float64Array(tests);
    let smallest = 1;
    for (let i = tests - 1; i >= 0; i--) {
      const pValue = sorted[i] as number;
      // Never below the p-value itself, rounding included.
      smallest = Math.min(smallest, Math.max(pValue, (pValue * tests) / (i + 1)));
      rates[i] = smallest;
    }
    return rates;
  }
}

/** The last place of the value in the sorted ones: equal tests are rejected together. */
function placeOf(sorted: Float64Array, count: number, value: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
