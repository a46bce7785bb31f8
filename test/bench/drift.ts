/**
 * `npm run bench -- drift [--partitions 20000] [--columns 25] [--rows 20]`: compares two snapshots of as many partitions,
 * judges all of them and reads what was found, as `partita drift` does. Prints the time and this process's memory: the
 * JavaScript heap that is in use, sampled, and its resident set, the pool's processes apart.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Digest } from '../../src/domain/digest.ts';
import type { Pair } from '../../src/engines/compare-snapshots.ts';
import { withJudgedDrift } from '../../src/engines/judged-drift.ts';
import { driftedPartitions, summaryOf } from '../../src/operations/drifted-partitions.ts';
import { DRIFT_LIMITS, DriftJudge } from '../../src/partition/drift/judge-drift.ts';
import { partitionRef } from '../../src/partition/partition-function.ts';
import { selectSnapshot } from '../support/selected-snapshot.ts';

const { values } = parseArgs({
  options: {
    partitions: { type: 'string', default: '20000' },
    columns: { type: 'string', default: '25' },
    rows: { type: 'string', default: '20' },
  },
});

const MB = 2 ** 20;
const [partitions, columns, rows] = [values.partitions, values.columns, values.rows].map(
  Number,
) as [number, number, number];
const folder = mkdtempSync(join(tmpdir(), 'partita-bench-drift-'));
const names = Array.from({ length: columns }, (_, i) => `c${i}`);
let peakHeap = 0;
const sampling = setInterval(() => {
  peakHeap = Math.max(peakHeap, process.memoryUsage().heapUsed);
}, 50);

try {
  const [reference, current] = await Promise.all(['a', 'b'].map(writeSide));
  // Compiled, as its pool is.
  const compiled = pathToFileURL(join(process.cwd(), 'dist/src/engines/local/local-engine.js'));
  const { LocalEngine } = (await import(
    compiled.href
  )) as typeof import('../../src/engines/local/local-engine.ts');
  const engine = new LocalEngine();
  peakHeap = 0;
  const started = performance.now();
  const judge = new DriftJudge('accuracy', DRIFT_LIMITS);
  const both = Array.from({ length: partitions }, (_, i) => pairAt(i));
  const comparison = {
    reference: sideOf(reference as string),
    current: sideOf(current as string),
    pairs: both,
    paired: async (pair: Pair) => ({
      reference: partitionRef(pair.reference),
      current: partitionRef(pair.current),
      models: [],
      weights: [],
    }),
    holdout: () => null,
    scoring: null,
    scratchFolder: folder,
  };
  const { counts } = await withJudgedDrift(
    engine,
    comparison,
    judge,
    (judged) => summaryOf(driftedPartitions({ both, gone: [], fresh: [] }, judged), names),
    new AbortController().signal,
  );
  await engine.close();
  const seconds = (performance.now() - started) / 1000;
  console.log(
    [
      `${partitions} partitions × ${columns} columns × ${rows} rows: ${judge.tests} tests, ${counts.drifted} drifted`,
      `${seconds.toFixed(1)} s, heap ${Math.round(peakHeap / MB)} MB at most, resident ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
    ].join('\n'),
  );
} finally {
  clearInterval(sampling);
  rmSync(folder, { recursive: true, force: true });
}

/** Numbers that are alike on both sides, but for every hundredth partition's, which are larger in `b`. */
async function writeSide(side: string): Promise<string> {
  const path = join(folder, `${side}.parquet`);
  const shift = side === 'b' ? `CASE WHEN (i // ${rows}) % 100 = 0 THEN 0.5 ELSE 0 END` : '0';
  const cells = names.map(
    (name, k) => `(hash(i * ${columns} + ${k}, '${side}') % 1000000) / 1e6 + ${shift} AS ${name}`,
  );
  const select = `SELECT i, ${cells.join(', ')} FROM range(${partitions * rows}) AS made(i)`;
  await selectSnapshot(path, select, Object.fromEntries(names.map((name) => [name, 'number'])));
  return path;
}

function sideOf(path: string) {
  const digest = `sha256:${'0'.repeat(64)}` as Digest;
  return { snapshot: { digest, path }, columns: names, limits: { seconds: 60, memoryMb: 512 } };
}

function pairAt(ordinal: number): Pair {
  const text = `store=${String(ordinal).padStart(7, '0')}`;
  const digest = `sha256:${'0'.repeat(64)}` as Digest;
  const [start, count] = [ordinal * rows, rows];
  const partition = { ordinal, id: text, text, key: { store: text }, digest, start, count };
  return { reference: partition, current: partition };
}
