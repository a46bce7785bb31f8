import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SPARK_RELEASES } from '../../.bootstrap/spark-home.mjs';
import type { Engine, GroupedMap, Outcome } from '../../src/engines/engine.ts';
import { LocalEngine } from '../../src/engines/local/local-engine.ts';
import { parseRemote } from '../../src/engines/spark/connect/remote.ts';
import { SparkSession } from '../../src/engines/spark/connect/spark-session.ts';
import { SparkEngine } from '../../src/engines/spark/spark-engine.ts';
import type { TrainFacts } from '../../src/partition/train-facts.ts';
import { describeEngine } from '../contract/describe-engine.ts';
import { describeSparkRuns } from '../contract/describe-spark-runs.ts';
import { describeSparkSource } from '../contract/describe-spark-source.ts';
import { machineFrame, machineSpec } from '../support/machines.ts';
import { startTestSpark, type TestSpark } from '../support/spark.ts';
import { sparkHome } from '../support/spark-program.ts';
import { installedRuntime } from '../support/spark-runtime.ts';
import { trainingJob } from '../support/training-job.ts';

const MINUTE = 60_000;
const ROWS = { car: 90, drill: 60, loader: 120, pump: 75 };
const SPEC = machineSpec({
  algorithms: ['logistic', { random_forest: { trees: 8 } }, { gradient_boosting: { rounds: 8 } }],
});

/** The real distribution of every minor version that is spoken to, one after the other: each is fetched once. */
describe.each(SPARK_RELEASES)('Spark $version', (release) => {
  let spark: TestSpark;

  beforeAll(async () => {
    spark = await startTestSpark({ home: await sparkHome(release) });
  }, 15 * MINUTE);
  afterAll(() => spark?.stop(), MINUTE);

  const createEngine = () => new SparkEngine({ remote: spark.remote, runtime: installedRuntime });

  it('is the version that it should be', async () => {
    const session = await SparkSession.open(parseRemote(spark.remote));
    expect(session.version).toBe(release.version);
    await session.release();
  });

  it('trains the models of the local engine, to the last byte', {
    timeout: 5 * MINUTE,
  }, async () => {
    const job = await trainingJob(machineFrame(ROWS), SPEC, ROWS);
    const here = await modelsOf(new LocalEngine({ threads: 2 }), job);
    expect(new Set(here).size).toBe(job.tasks.length);
    expect(await modelsOf(createEngine(), job)).toEqual(here);
  });

  it('tells what an executor could not do', { timeout: 2 * MINUTE }, async () => {
    const job = {
      ...(await trainingJob(machineFrame(ROWS), SPEC, ROWS)),
      folds: { path: '/not/shared/folds' },
    };
    const engine = createEngine();
    const failure = await allOf(engine, job).catch((error: unknown) => error);
    await engine.close();
    expect(failure).toMatchObject({ kind: 'unreachable' });
    expect(failure).toHaveProperty('message', expect.stringContaining('/not/shared/folds'));
  });

  // Errors of functions with their partitions, limits, cancellation, several jobs at once.
  describeEngine(`spark ${release.version}`, createEngine, { timeout: 5 * MINUTE });
});

for (const release of SPARK_RELEASES) {
  const start = async () => startTestSpark({ home: await sparkHome(release) });
  describeSparkSource(`Spark ${release.version}`, start);
  describeSparkRuns(`Spark ${release.version}`, start);
}

async function modelsOf(engine: Engine, job: GroupedMap) {
  const outcomes = await allOf(engine, job);
  await engine.close();
  return outcomes.map((outcome) => {
    if (outcome.kind === 'failed') throw new Error(outcome.message);
    return (outcome.facts as Partial<TrainFacts>).model?.digest;
  });
}

async function allOf(engine: Engine, job: GroupedMap): Promise<readonly Outcome[]> {
  const all: Outcome[] = [];
  for await (const outcomes of engine.map(job, new AbortController().signal)) all.push(...outcomes);
  return all.sort((a, b) => a.task - b.task);
}
