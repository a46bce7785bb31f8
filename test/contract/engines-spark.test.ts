import { afterAll, beforeAll } from 'vitest';
import { SparkEngine } from '../../src/engines/spark/spark-engine.ts';
import { startTestSpark, type TestSpark } from '../support/spark.ts';
import { installedRuntime } from '../support/spark-runtime.ts';
import { describeEngine } from './describe-engine.ts';

const MINUTE = 60_000;
let spark: TestSpark;

beforeAll(async () => {
  spark = await startTestSpark();
}, 2 * MINUTE);
afterAll(() => spark?.stop(), MINUTE);

describeEngine(
  'spark (local[2])',
  () => new SparkEngine({ remote: spark.remote, runtime: installedRuntime }),
  { timeout: 5 * MINUTE },
);
