import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

export type FanoutShape = {
  readonly partitions: number;
  readonly rows: number;
  readonly features: number;
  readonly seed: number;
};

/**
 * Binary classification whose boundary differs by partition: half linear, half by interactions, with 5 % label noise.
 * Written as CSV, rows of all partitions mixed.
 */
export async function writeFanoutCsv(path: string, shape: FanoutShape): Promise<void> {
  const { partitions, rows, features } = shape;
  const out = createWriteStream(path);
  const names = Array.from({ length: features }, (_, f) => `x${f}`);
  out.write(`segment,${names.join(',')},label\n`);
  const random = seededRandom(shape.seed);
  const weights = Array.from({ length: partitions }, () => names.map(() => normal(random)));
  for (let row = 0; row < rows; row++) {
    let text = '';
    for (let p = 0; p < partitions; p++) {
      const x = names.map(() => normal(random));
      const w = weights[p] as readonly number[];
      const linear = x.reduce((sum, value, f) => sum + value * (w[f] as number), 0);
      const crossed = (x[0] as number) * (x[1] as number) * 2 + Math.sin(2 * (x[2] as number)) * 2;
      const noisy = random() < 0.05;
      const isPositive = linear + crossed > 0 !== noisy;
      text += `s${String(p).padStart(3, '0')},${x.map((value) => value.toFixed(6)).join(',')},${isPositive ? 'yes' : 'no'}\n`;
    }
    if (!out.write(text)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
