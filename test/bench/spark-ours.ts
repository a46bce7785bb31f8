import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { asJson, type JsonObject } from '../../src/domain/json.ts';
import type { GroupedMap, Outcome, PartitionTask } from '../../src/engines/engine.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import { experiment } from '../../src/spec/parse-spec.ts';
import type { SpecInput } from '../../src/spec/spec.ts';
import type { BenchSnapshot } from './spark-data.ts';

type Measured = { readonly seconds: number; readonly score?: number };

export type Ours = {
  /** Of every group, by grouped map; the means are collected. */
  readonly mean: (snapshot: BenchSnapshot) => Promise<Measured>;
  /** Every value to an executor's function and back to us. */
  readonly echo: (snapshot: BenchSnapshot) => Promise<Measured>;
  /** Profile with folds, then every candidate of every partition, in batches as a run has them. */
  readonly train: (
    snapshot: BenchSnapshot,
    algorithms: SpecInput['algorithms'],
  ) => Promise<Measured>;
  readonly close: () => Promise<void>;
};

const MODULE = join(process.cwd(), 'test/bench/wire-functions.js');
/** As `activities` and `workflows` have it. */
const BATCH_PARTITIONS = 100;
const BATCHES_AT_ONCE = 4;

/** The compiled engine on a Spark Connect server, with the compiled worker as its program. */
export async function openOurs(remote: string): Promise<Ours> {
  const { SparkEngine } = await load<typeof import('../../src/engines/spark/spark-engine.ts')>(
    'engines/spark/spark-engine.js',
  );
  const folder = mkdtempSync(join(tmpdir(), 'partita-bench-'));
  const program = join(folder, 'partita-worker');
  const worker = join(process.cwd(), 'dist/spark/worker.cjs');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${worker}' "$@"\n`, {
    mode: 0o755,
  });
  const engine = new SparkEngine({
    remote,
    runtime: async () => ({ executable: program, artifact: null }),
  });
  const map = async (job: GroupedMap): Promise<readonly Outcome[]> => {
    const all: Outcome[] = [];
    for await (const outcomes of engine.map(job, new AbortController().signal))
      all.push(...outcomes);
    const failed = all.find(({ kind }) => kind === 'failed');
    if (failed?.kind === 'failed') throw new Error(failed.message);
    return all.sort((a, b) => a.task - b.task);
  };
  const wireOutcomes = (name: string, snapshot: BenchSnapshot) =>
    map({
      ...rowsOf(snapshot),
      rowHashes: false,
      tasks: tasksOf(snapshot),
      fn: { name, module: MODULE, args: {} },
    });
  return {
    mean: (snapshot) =>
      timed(async () => {
        const outcomes = await wireOutcomes('mean', snapshot);
        return meanOf(outcomes.map((outcome) => factsOf(outcome)['mean'] as number));
      }),
    echo: (snapshot) =>
      timed(async () => {
        const outcomes = await wireOutcomes('echo', snapshot);
        return meanOf(outcomes.map((outcome) => meanOf(doublesOf(blobOf(outcome, 'v')))));
      }),
    train: (snapshot, algorithms) =>
      timed(() => train(map, snapshot, join(folder, 'folds'), algorithms)),
    close: async () => {
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Map = (job: GroupedMap) => Promise<readonly Outcome[]>;

/** As a run does it, but for what it records; the score is the mean of the best candidates' accuracy out of fold. */
async function train(
  map: Map,
  snapshot: BenchSnapshot,
  foldsPath: string,
  algorithms: SpecInput['algorithms'],
): Promise<number> {
  const { spec } = experiment({
    version: 1,
    name: 'bench',
    data: { source: { kind: 'parquet', path: snapshot.path } },
    partition: { by: 'segment' },
    target: { column: 'label', task: 'classification' },
    metric: 'accuracy',
    ...(algorithms && { algorithms }),
  });
  const tasks = tasksOf(snapshot);
  const profile = { name: 'profile', args: asJson({ spec, cutoffs: [] }) };
  const profiled = await map({ ...rowsOf(snapshot), rowHashes: true, tasks, fn: profile });
  writeFileSync(foldsPath, Buffer.concat(profiled.map((outcome) => blobOf(outcome, 'folds'))));
  const args = asJson({ spec, task: 'classification', classes: ['no', 'yes'], scope: 'own' });
  const batches = Array.from({ length: Math.ceil(tasks.length / BATCH_PARTITIONS) }, (_, i) =>
    tasks.slice(i * BATCH_PARTITIONS, (i + 1) * BATCH_PARTITIONS),
  );
  const scores: number[] = [];
  const work = async () => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      const job = {
        ...rowsOf(snapshot),
        rowHashes: true,
        folds: { path: foldsPath },
        tasks: batch,
      };
      for (const outcome of await map({ ...job, fn: { name: 'train', args } }))
        scores.push(bestScore(factsOf(outcome)));
    }
  };
  // All have ended before anything is told: a server that is stopped under the others would hide what happened.
  const ends = await Promise.allSettled(Array.from({ length: BATCHES_AT_ONCE }, work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return meanOf(scores);
}

function rowsOf({
  path,
  columns,
}: BenchSnapshot): Pick<GroupedMap, 'snapshot' | 'columns' | 'limits'> {
  const snapshot = { digest: digestBytes(path), path };
  return { snapshot, columns, limits: { seconds: 600, memoryMb: 2048 } };
}

function tasksOf({ rows, partitions }: BenchSnapshot): readonly PartitionTask[] {
  return Array.from({ length: partitions }, (_, i) => {
    const id = `p${i}`;
    return { partition: { id, text: id, ranges: [{ start: i * rows, count: rows }] } };
  });
}

function bestScore(facts: JsonObject): number {
  const { best, candidates } = facts as {
    readonly best: number;
    readonly candidates: readonly { readonly cv: { readonly value: number } }[];
  };
  return candidates[best]?.cv.value ?? Number.NaN;
}

function factsOf(outcome: Outcome): JsonObject {
  if (outcome.kind === 'failed') throw new Error(outcome.message);
  return outcome.facts;
}

function blobOf(outcome: Outcome, name: string): Uint8Array {
  const bytes = outcome.kind === 'ok' ? outcome.blobs.get(name) : undefined;
  if (bytes === undefined) throw new Error(`Task ${outcome.task} gave no ${name}.`);
  return bytes;
}

function doublesOf({ buffer, byteOffset, byteLength }: Uint8Array): Float64Array {
  return new Float64Array(buffer, byteOffset, byteLength / 8);
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

async function timed(work: () => Promise<number>): Promise<Measured> {
  const startedAt = performance.now();
  const score = await work();
  return { seconds: (performance.now() - startedAt) / 1000, score };
}

/** What the build made: threads and protocol files are found beside it. */
function load<Module>(path: string): Promise<Module> {
  return import(pathToFileURL(join(process.cwd(), 'dist/src', path)).href) as Promise<Module>;
}
