import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asJson } from '../../src/domain/json.ts';
import type { GroupedMap, Outcome } from '../../src/engines/engine.ts';
import { SparkEngine } from '../../src/engines/spark/spark-engine.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import type { ProfileFacts } from '../../src/partition/profile-facts.ts';
import { experiment } from '../../src/spec/parse-spec.ts';
import { descendants } from '../support/processes.ts';
import { selectSnapshot } from '../support/selected-snapshot.ts';
import { startTestSpark, type TestSpark } from '../support/spark.ts';
import { installedRuntime } from '../support/spark-runtime.ts';
import { testFolder } from '../support/test-folder.ts';

const MINUTE = 60_000;
const ROWS = 5_000_000;
/** Its values and hashes alone are 200. */
const LIMIT_MB = 500;

describe('one partition of five million rows', { timeout: 10 * MINUTE }, () => {
  let spark: TestSpark;

  beforeAll(async () => {
    spark = await startTestSpark();
  }, 2 * MINUTE);
  afterAll(() => spark?.stop(), MINUTE);

  it(`is profiled on Spark by processes that stay under ${LIMIT_MB} MB`, async () => {
    const path = join(testFolder(), 'big.parquet');
    const values = `'all' AS k, (i * 7919 % 5000011) / 1000.0 AS a, (i * 104729 % 9999991) / 10.0 AS b, IF(i % 3 = 0, 'yes', 'no') AS y`;
    await selectSnapshot(path, `SELECT i, ${values} FROM range(${ROWS}) AS r(i)`, {
      k: 'category',
      a: 'number',
      b: 'number',
      y: 'category',
    });
    const engine = new SparkEngine({ remote: spark.remote, runtime: installedRuntime });
    const outcomes: Outcome[] = [];
    for await (const arrived of engine.map(profileOf(path), new AbortController().signal))
      outcomes.push(...arrived);
    const peaks = descendants(spark.pid).filter(isNode).map(peakMb);
    await engine.close();
    console.log(`Peak memory of the processes on the executor: ${peaks.join(', ')} MB.`);

    const [outcome] = outcomes;
    expect(outcome).toMatchObject({ kind: 'ok' });
    const { rows, split } = (outcome?.kind === 'ok' ? outcome.facts : {}) as ProfileFacts;
    expect(rows).toBe(ROWS);
    expect(split.holdout + split.folds.reduce((sum, fold) => sum + fold)).toBe(ROWS);
    expect(peaks.length).toBeGreaterThan(1);
    expect(Math.max(...peaks)).toBeLessThan(LIMIT_MB);
  });
});

function profileOf(path: string): GroupedMap {
  const { spec } = experiment({
    version: 1,
    name: 'big',
    data: { source: { kind: 'parquet', path } },
    partition: { by: 'k' },
    target: { column: 'y', task: 'classification' },
  });
  const ranges = [{ start: 0, count: ROWS }];
  return {
    snapshot: { digest: digestBytes('big'), path },
    columns: ['k', 'a', 'b', 'y'],
    rowHashes: true,
    tasks: [{ partition: { id: 'all', text: 'k=all', ranges } }],
    fn: { name: 'profile', args: asJson({ spec, cutoffs: [] }) },
    limits: { seconds: 600, memoryMb: 2048 },
  };
}

function isNode(pid: number): boolean {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'node';
}

/** The most that a process ever had in memory. */
function peakMb(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}
