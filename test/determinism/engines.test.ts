import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Engine, GroupedMap, PartitionTask } from '../../src/engines/engine.ts';
import { LocalEngine } from '../../src/engines/local/local-engine.ts';
import { SparkEngine } from '../../src/engines/spark/spark-engine.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import { takeRows } from '../../src/frame/frame.ts';
import type { TrainArgs, TrainFacts } from '../../src/partition/train-facts.ts';
import { machineFrame, machineSpec, partitionData, run, STATUSES } from '../support/machines.ts';
import { startTestSpark, type TestSpark } from '../support/spark.ts';
import { installedRuntime } from '../support/spark-runtime.ts';
import { trainingJob } from '../support/training-job.ts';

const ROWS: { readonly [type: string]: number } = { car: 90, drill: 60, loader: 120, pump: 75 };
const TYPES = Object.keys(ROWS);
const ANOTHER_ORDER = ['loader', 'car', 'pump', 'drill'];
const frame = machineFrame(ROWS);
const spec = machineSpec({
  time: 'moment',
  validate: { scheme: 'stratified' },
  features: {
    engineer: [{ lag: { columns: ['rpm'], steps: [1] } }],
    select: { method: 'importance', keep: 3 },
    handle: { imbalance: 'over_sample' },
  },
  algorithms: ['logistic', { random_forest: { trees: 8 } }, { gradient_boosting: { rounds: 8 } }],
});
const args: TrainArgs = { spec, task: 'classification', classes: STATUSES, scope: 'own' };

type Answer = {
  readonly facts: JsonObject;
  readonly model: Uint8Array;
  readonly predictions: Uint8Array;
};

describe('the same data, spec and seed', () => {
  let whole: GroupedMap;

  beforeAll(async () => {
    whole = await trainingJob(frame, spec, ROWS);
  });

  /** `given`: what was selected before, by type. */
  const trainOn = async (
    engine: Engine,
    order: readonly string[],
    given: ReadonlyMap<string, Answer> = new Map(),
  ) => {
    const tasks = order.map((type): PartitionTask => {
      const task = whole.tasks[TYPES.indexOf(type)] as PartitionTask;
      const foldSelections = given.get(type)?.facts['foldSelections'];
      return foldSelections === undefined
        ? task
        : { ...task, part: { ...task.part, foldSelections } };
    });
    const job: GroupedMap = { ...whole, tasks };
    const answers = new Map<string, Answer>();
    try {
      for await (const outcomes of engine.map(job, new AbortController().signal)) {
        for (const outcome of outcomes) {
          if (outcome.kind === 'failed') throw new Error(outcome.message);
          answers.set(order[outcome.task] as string, {
            facts: withoutTimes(outcome.facts),
            model: Uint8Array.from(outcome.blobs.get('model') as Uint8Array),
            predictions: Uint8Array.from(outcome.blobs.get('predictions') as Uint8Array),
          });
        }
      }
    } finally {
      await engine.close();
    }
    return answers;
  };
  const sorted = (answers: ReadonlyMap<string, Answer>) =>
    TYPES.map((type) => answers.get(type) as Answer);

  it('gives the same bytes on one thread and on four, in any order, and in this process', async () => {
    const one = sorted(await trainOn(new LocalEngine({ threads: 1 }), TYPES));
    expect(new Set(one.map(({ facts }) => modelOf(facts).digest)).size).toBe(TYPES.length);
    const four = sorted(await trainOn(new LocalEngine({ threads: 4 }), ANOTHER_ORDER));
    expect(four).toEqual(one);
    const here = TYPES.map((type) => {
      const { facts, blobs } = run('train', dataOf(type), args);
      return {
        facts: withoutTimes(facts),
        model: blobs.get('model'),
        predictions: blobs.get('predictions'),
      };
    });
    expect(here).toEqual(one);
  });

  describe('on Spark', () => {
    let spark: TestSpark;
    beforeAll(async () => {
      spark = await startTestSpark();
    });
    afterAll(() => spark?.stop());

    it('gives the same bytes inside executors', { timeout: 300_000 }, async () => {
      const local = sorted(await trainOn(new LocalEngine({ threads: 2 }), TYPES));
      const sparkEngine = () =>
        new SparkEngine({ remote: spark.remote, runtime: installedRuntime });
      const selecting = await trainOn(sparkEngine(), ANOTHER_ORDER);
      expect(sorted(selecting)).toEqual(local);
      const given = await trainOn(sparkEngine(), ANOTHER_ORDER, selecting);
      const withoutSelections = local.map(
        ({ facts: { foldSelections: _foldSelections, ...facts }, ...blobs }) => ({
          ...blobs,
          facts,
        }),
      );
      expect(sorted(given)).toEqual(withoutSelections);
    });
  });

  it('asks no clock and no dice for its models', () => {
    const random = Math.random;
    Math.random = () => {
      throw new Error('Math.random was called.');
    };
    try {
      const { facts, blobs } = run('train', dataOf('car'), args);
      expect(modelOf(facts).digest).toBe(digestBytes(blobs.get('model') as Uint8Array));
    } finally {
      Math.random = random;
    }
  });
});

function startOf(type: string): number {
  return TYPES.slice(0, TYPES.indexOf(type)).reduce((sum, one) => sum + (ROWS[one] as number), 0);
}

function dataOf(type: string) {
  const start = startOf(type);
  const rows = Int32Array.from({ length: ROWS[type] as number }, (_, i) => start + i);
  const part = takeRows(frame, rows);
  // As an engine gives it: only the levels of its own rows, only the columns that the job names.
  const columns = part.columns
    .filter(({ name }) => name !== 'power')
    .map((column) => {
      if (column.kind !== 'category') return column;
      const used = column.levels.filter((_, code) => column.codes.includes(code));
      const codes = column.codes.map((code) =>
        code < 0 ? -1 : used.indexOf(column.levels[code] as string),
      );
      return { ...column, codes, levels: used };
    });
  return partitionData({ rowCount: part.rowCount, columns }, spec, { text: `type=${type}` });
}

function modelOf(facts: object): NonNullable<TrainFacts['model']> {
  const { model } = facts as TrainFacts;
  if (model === null) throw new Error('No model.');
  return model;
}

function withoutTimes(facts: object): JsonObject {
  return JSON.parse(
    JSON.stringify(facts, (key, value: unknown) => (key === 'fitMs' ? 0 : value)),
  ) as JsonObject;
}
