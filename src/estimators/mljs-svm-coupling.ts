/** Pairwise probabilities stay this far from 0 and 1 (libsvm's constant). */
const MARGIN = 1e-7;

/**
 * One row's class probabilities from its pairwise decisions: Platt's sigmoid per pair, then the coupling of Wu, Lin and
 * Weng (2004, second method), iterated as libsvm does, so that the numbers are libsvm's own.
 */
export function coupleProbabilities(
  decisions: Float64Array,
  slopes: Float64Array,
  shifts: Float64Array,
  classCount: number,
): Float64Array {
  const wins = new Float64Array(classCount * classCount);
  let pair = 0;
  for (let a = 0; a < classCount; a++) {
    for (let b = a + 1; b < classCount; b++) {
      const score =
        (decisions[pair] as number) * (slopes[pair] as number) + (shifts[pair] as number);
      const probability = Math.min(Math.max(sigmoid(score), MARGIN), 1 - MARGIN);
      wins[a * classCount + b] = probability;
      wins[b * classCount + a] = 1 - probability;
      pair++;
    }
  }
  return classCount === 1 ? Float64Array.of(1) : couple(wins, classCount);
}

/** 1 ÷ (1 + eˢ) without overflow. */
function sigmoid(score: number): number {
  return score >= 0 ? Math.exp(-score) / (1 + Math.exp(-score)) : 1 / (1 + Math.exp(score));
}

/** Minimises pᵀQp over probabilities p; at most 100 rounds (or one per class), ended at an error of 0.005 ÷ classes. */
function couple(wins: Float64Array, size: number): Float64Array {
  const q = quadraticForm(wins, size);
  const p = new Float64Array(size).fill(1 / size);
  for (let round = 0; round < Math.max(100, size); round++) {
    const qp = p.map((_, t) => rowProduct(q, t, p, size));
    let whole = p.reduce((sum, share, t) => sum + share * (qp[t] as number), 0);
    const current = whole;
    const error = qp.reduce((worst, value) => Math.max(worst, Math.abs(value - current)), 0);
    if (error < 0.005 / size) break;
    for (let t = 0; t < size; t++) {
      const diagonal = q[t * size + t] as number;
      const step = (whole - (qp[t] as number)) / diagonal;
      p[t] = (p[t] as number) + step;
      whole = (whole + step * (step * diagonal + 2 * (qp[t] as number))) / (1 + step) ** 2;
      for (let j = 0; j < size; j++) {
        qp[j] = ((qp[j] as number) + step * (q[t * size + j] as number)) / (1 + step);
        p[j] = (p[j] as number) / (1 + step);
      }
    }
  }
  const total = p.reduce((sum, share) => sum + share, 0);
  return p.map((share) => share / total);
}

function quadraticForm(wins: Float64Array, size: number): Float64Array {
  const q = new Float64Array(size * size);
  for (let t = 0; t < size; t++) {
    for (let j = 0; j < size; j++) {
      if (j === t) continue;
      const lost = wins[j * size + t] as number;
      q[t * size + t] = (q[t * size + t] as number) + lost * lost;
      q[t * size + j] = -lost * (wins[t * size + j] as number);
    }
  }
  return q;
}

function rowProduct(q: Float64Array, t: number, p: Float64Array, size: number): number {
  let sum = 0;
  for (let j = 0; j < size; j++) sum += (q[t * size + j] as number) * (p[j] as number);
  return sum;
}
