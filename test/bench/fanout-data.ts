import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

export type FanoutShape = {
  readonly partitions: number;
  /** Of each partition. */
  readonly rows: number;
  /** Where they differ; `rows` is the largest of them. */
  readonly sizes?: readonly number[];
  readonly features: number;
  readonly seed: number;
};

export type FanoutRow = {
  /** Number of the partition. */
  readonly partition: number;
  readonly x: readonly number[];
  readonly label: 'yes' | 'no';
};

/**
 * Binary classification whose boundary differs by partition: half linear, half by interactions, with 5 % label noise.
 * The first row of every partition, then the second of every one, and so on.
 */
export function* fanoutRows({
  partitions,
  rows,
  sizes,
  features,
  seed,
}: FanoutShape): Generator<FanoutRow> {
  const random = seededRandom(seed);
  const draw = () => Array.from({ length: features }, () => normal(random));
  const weights = Array.from({ length: partitions }, draw);
  for (let row = 0; row < rows; row++) {
    for (let partition = 0; partition < partitions; partition++) {
      if (row >= (sizes?.[partition] ?? rows)) continue;
      const x = draw();
      const w = weights[partition] as readonly number[];
      const linear = x.reduce((sum, value, f) => sum + value * (w[f] as number), 0);
      const crossed = (x[0] as number) * (x[1] as number) * 2 + Math.sin(2 * (x[2] as number)) * 2;
      const noisy = random() < 0.05;
      const label = linear + crossed > 0 !== noisy ? 'yes' : 'no';
      yield { partition, x, label };
    }
  }
}

/** Written as CSV, rows of all partitions mixed. */
export async function writeFanoutCsv(path: string, shape: FanoutShape): Promise<void> {
  const out = createWriteStream(path);
  const names = Array.from({ length: shape.features }, (_, f) => `x${f}`);
  out.write(`segment,${names.join(',')},label\n`);
  for (const { partition, x, label } of fanoutRows(shape)) {
    const text = `${segmentOf(partition)},${x.map((value) => value.toFixed(6)).join(',')},${label}\n`;
    if (!out.write(text)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}

export function segmentOf(partition: number): string {
  return `s${String(partition).padStart(3, '0')}`;
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
