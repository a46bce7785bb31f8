/**
 * `npm run bench -- fanout [--rounds 3] [--partitions 200] [--rows 1000] [--alone] [--clock]`: the whole `partita run` on embedded parts, beside
 * joblib + scikit-learn + LightGBM doing the same job, in turns. Prints ratios with their spread. `--clock` samples the pool's
 * threads, which takes some time of theirs, and tells how long no kernel was at work and nothing was read.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFanoutCsv } from './fanout-data.ts';
import { measureProgram, OurStack } from './our-stack.ts';
import { peerPython } from './peer-python.ts';
import type { ProcessUsage } from './process-watch.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    partitions: { type: 'string', default: '200' },
    rows: { type: 'string', default: '1000' },
    threads: { type: 'string', default: 'auto' },
    alone: { type: 'boolean', default: false },
    clock: { type: 'boolean', default: false },
  },
});

type Measured = {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
  readonly meanHoldout: number;
  readonly globalHoldout: number;
  /** Share of the processor time that neither the engine's pool nor the reader of the source took. */
  readonly orchestration?: number;
};

const root = process.cwd();
const clockIn = (folder: string) => join(folder, 'kernel-clock.txt');
const stack = new OurStack('fanout', (folder) =>
  values.clock
    ? {
        NODE_OPTIONS: `--require ${join(root, 'test/bench/kernel-clock.cjs')}`,
        PARTITA_KERNEL_CLOCK: clockIn(folder),
      }
    : {},
);
const data = join(stack.folder, 'fanout.csv');
const spec = join(stack.folder, 'fanout.partita.yaml');

try {
  const shape = {
    partitions: Number(values.partitions),
    rows: Number(values.rows),
    features: 10,
    seed: 7,
  };
  await writeFanoutCsv(data, shape);
  const python = values.alone ? null : peerPython();
  stack.up();
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    ours.push(await runOurs(round));
    print('partita', ours.at(-1) as Measured);
    if (python === null) continue;
    theirs.push(await runPeer(python));
    print('peer   ', theirs.at(-1) as Measured);
  }
  if (python !== null) summarise(ours, theirs);
} finally {
  stack.close();
}

async function runOurs(round: number): Promise<Measured> {
  // A new seed each round: nothing may be reused.
  writeFileSync(spec, specText(round));
  const ran = await stack.measure('run', spec, '--json', '--no-reuse');
  const { output, processes, ...usage } = ran;
  const result = JSON.parse(output.trim().split('\n').at(-1) as string);
  const holdouts: number[] = result.partitions.map(({ holdout }: { holdout: number }) => holdout);
  console.log(`        timings ${JSON.stringify(result.timings)}`);
  printProcesses(processes);
  if (values.clock) printKernelClock(result.timings);
  return {
    ...usage,
    meanHoldout: holdouts.reduce((sum, value) => sum + value, 0) / holdouts.length,
    globalHoldout: result.global.holdout,
    orchestration: orchestrationOf(processes),
  };
}

/** Command line, worker, Temporal and Postgres against everything: what it costs that the run is durable and recorded. */
function orchestrationOf(processes: readonly ProcessUsage[]): number {
  const isWork = ({ name }: ProcessUsage) => /local\/pool|source-process/.test(name);
  const seconds = (some: readonly ProcessUsage[]) =>
    some.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  return 1 - seconds(processes.filter(isWork)) / seconds(processes);
}

/**
 * Of the run's time, what was neither a kernel's nor reading's: no thread in WebAssembly, in slices of 10 ms, and the source
 * not being read. Of the threads' time, what was not in WebAssembly.
 */
function printKernelClock({
  total,
  snapshot,
}: {
  readonly total: number;
  readonly snapshot: number;
}): void {
  const SLICE_MICROS = 10_000;
  const slices = new Set<number>();
  let [inKernel, inThreads] = [0, 0];
  const clockFile = clockIn(stack.folder);
  for (const line of readFileSync(clockFile, 'utf8').trimEnd().split('\n')) {
    const [, time = 0, isKernel = 0, micros = 0] = line.split(' ').map(Number);
    inThreads += micros;
    if (isKernel === 0) continue;
    inKernel += micros;
    slices.add(Math.floor(time / SLICE_MICROS));
  }
  rmSync(clockFile);
  const kernelMs = (slices.size * SLICE_MICROS) / 1000;
  const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
  console.log(
    `        without kernel or reading: ${share(total - snapshot - kernelMs, total)} of the run's time; outside kernels: ${share(inThreads - inKernel, inThreads)} of the threads' time`,
  );
}

async function runPeer(python: string): Promise<Measured> {
  const jobs = values.threads === 'auto' ? String(availableParallelism()) : values.threads;
  const script = join(root, 'test/bench/fanout_peer.py');
  const ran = await measureProgram(python, [script, data, jobs], { env: process.env });
  const { output, seconds, cpuSeconds, peakMb } = ran;
  return { ...JSON.parse(output), seconds, cpuSeconds, peakMb };
}

function specText(round: number): string {
  return JSON.stringify({
    version: 1,
    name: 'fanout',
    data: { source: { kind: 'csv', path: data } },
    partition: { by: 'segment' },
    target: { column: 'label', task: 'classification' },
    algorithms: [
      'logistic',
      { random_forest: { trees: 100 } },
      { gradient_boosting: { rounds: 100 } },
    ],
    validate: { folds: 3, holdout: 0.2 },
    metric: 'accuracy',
    engine: { threads: values.threads === 'auto' ? 'auto' : Number(values.threads) },
    seed: 100 + round,
  });
}

/** Processes of one name in one line: Postgres has one for every connection. */
function printProcesses(processes: readonly ProcessUsage[]): void {
  const byName = new Map<string, ProcessUsage[]>();
  for (const one of processes) {
    const short = one.name.startsWith('postgres:') ? 'postgres: …' : one.name.slice(0, 90);
    byName.set(short, [...(byName.get(short) ?? []), one]);
  }
  for (const [name, alike] of byName) {
    const mb = alike.reduce((sum, one) => sum + one.mb, 0);
    const seconds = alike.reduce((sum, one) => sum + one.cpuSeconds, 0);
    console.log(
      `        ${mb.toFixed(0).padStart(5)} MB ${seconds.toFixed(1).padStart(6)} s cpu  ${alike.length} × ${name}`,
    );
  }
}

function print(name: string, measured: Measured): void {
  const { seconds, cpuSeconds, peakMb, meanHoldout, globalHoldout } = measured;
  console.log(
    `${name} ${seconds.toFixed(1).padStart(7)} s ${cpuSeconds.toFixed(1).padStart(7)} s cpu ${peakMb.toFixed(0).padStart(6)} MB  mean holdout ${meanHoldout.toFixed(4)}  global ${globalHoldout.toFixed(4)}`,
  );
}

function summarise(ours: readonly Measured[], theirs: readonly Measured[]): void {
  const shares = ours.map(({ orchestration = 0 }) => `${(100 * orchestration).toFixed(0)} %`);
  console.log(
    `processes beside engine and reader, of partita's processor time: ${shares.join(', ')}`,
  );
  const ratios = (pick: (one: Measured) => number) =>
    ours.map((one, i) => pick(theirs[i] as Measured) / pick(one)).sort((a, b) => a - b);
  for (const [name, pick] of [
    ['time', (one: Measured) => one.seconds],
    ['processor time', (one: Measured) => one.cpuSeconds],
    ['memory', (one: Measured) => one.peakMb],
  ] as const) {
    const sorted = ratios(pick);
    const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
    console.log(
      `peer ÷ partita, ${name}: ${median.toFixed(2)} (${sorted[0]?.toFixed(2)} … ${sorted.at(-1)?.toFixed(2)})`,
    );
  }
}
