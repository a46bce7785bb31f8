/** Classes that stand in a target, and their rows coded by place in that list: fits never see an absent class. */
export type PresentClasses = {
  /** Ascending codes. */
  readonly present: Int32Array;
  /** Per row, as doubles: what kernels read. */
  readonly places: Float64Array;
};

export function presentClasses(codes: Int32Array, classCount: number): PresentClasses {
  const counts = new Int32Array(classCount);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    counts[code] = (counts[code] as number) + 1;
  }
  const present = Int32Array.from(counts.keys()).filter((code) => (counts[code] as number) > 0);
  const placeOf = new Float64Array(classCount);
  present.forEach((code, place) => {
    placeOf[code] = place;
  });
  const places = new Float64Array(codes.length);
  for (let i = 0; i < codes.length; i++) places[i] = placeOf[codes[i] as number] as number;
  return { present, places };
}

/** Whether a list read from bytes can be one of present classes: ascending codes below `classCount`. */
export function areClassCodes(codes: Int32Array, classCount: number): boolean {
  return codes.every((code, i) => code > (codes[i - 1] ?? -1) && code < classCount);
}

/** rows × present → rows × classes: an absent class has a column of zeros. */
export function spreadClasses(
  probabilities: Float64Array,
  present: Int32Array,
  classCount: number,
): Float64Array {
  if (present.length === classCount) return probabilities;
  const rowCount = probabilities.length / present.length;
  const spread = new Float64Array(rowCount * classCount);
  for (let i = 0; i < rowCount; i++)
    for (let k = 0; k < present.length; k++)
      spread[i * classCount + (present[k] as number)] = probabilities[
        i * present.length + k
      ] as number;
  return spread;
}

/** The likeliest class of each row, the lowest code where two tie. */
export function likeliestClasses(probabilities: Float64Array, classCount: number): Float64Array {
  return likeliestInto(new Float64Array(probabilities.length / classCount), probabilities);
}

/** As integers. */
export function likeliestCodes(probabilities: Float64Array, classCount: number): Int32Array {
  return likeliestInto(new Int32Array(probabilities.length / classCount), probabilities);
}

function likeliestInto<Codes extends Float64Array | Int32Array>(
  codes: Codes,
  probabilities: Float64Array,
): Codes {
  const classCount = probabilities.length / codes.length;
  for (let i = 0; i < codes.length; i++) {
    let best = 0;
    for (let k = 1; k < classCount; k++)
      if (
        (probabilities[i * classCount + k] as number) >
        (probabilities[i * classCount + best] as number)
      )
        best = k;
    codes[i] = best;
  }
  return codes;
}

/** P(second class) per row → (1 − P, P) per row. */
export function bothClasses(second: Float64Array): Float64Array {
  const both = new Float64Array(second.length * 2);
  for (let i = 0; i < second.length; i++) {
    both[2 * i] = 1 - (second[i] as number);
    both[2 * i + 1] = second[i] as number;
  }
  return both;
}

/** Divides each row of `width` shares by its sum, so that it sums to 1. */
export function normaliseInPlace(shares: Float64Array, width: number): Float64Array {
  for (let row = 0; row < shares.length; row += width) {
    let sum = 0;
    for (let k = row; k < row + width; k++) sum += shares[k] as number;
    for (let k = row; k < row + width; k++) shares[k] = (shares[k] as number) / sum;
  }
  return shares;
}
