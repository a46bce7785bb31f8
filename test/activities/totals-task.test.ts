import { describe, expect, it } from 'vitest';
import { trainedParents } from '../../activities/stored-inputs.ts';
import { membersOf, rowOf, totalsTask } from '../../activities/totals-task.ts';
import { chooseModels } from '../../src/partition/choice.ts';
import { parentOf } from '../../src/partition/parents.ts';
import type { PartitionRecord } from '../../src/stores/run-records.ts';
import { runRecord, trainedRecord } from '../support/run-records.ts';

const COLUMNS = ['region'];
const PARENT = parentOf({ region: 'eu' }, COLUMNS)?.id ?? '';

/** A store of the one region, its rows behind those of the stores before it. */
function store(i: number, change: Partial<PartitionRecord> = {}): PartitionRecord {
  return { ...trainedRecord(`store ${i}`, i), key: { region: 'eu', store: `${i}` }, ...change };
}

describe('the task of the totals', () => {
  it('has inputs of a parent for its members, which what could not be profiled is none of', async () => {
    const decision = { kind: 'fail', reason: 'timeout' } as const;
    const records = [store(0), store(1, { decision, trained: null, evaluated: null }), store(2)];
    const ranges = [0, 2].flatMap((i) => records[i]?.ranges ?? []);
    const above = { ...trainedRecord('eu'), partitionId: PARENT, ranges };
    const parents = await trainedParents({ parents: async () => [above] }, 'run');
    const rows = records.map((record) => rowOf(record, 'rmse', COLUMNS));
    const members = membersOf(rows, chooseModels(rows, null));
    const models = { global: null, parents, answering: new Map() };

    const { part, inputs } = totalsTask(runRecord(), members, models);
    expect(part.members.map((member) => 'parent' in member)).toEqual([true, false, true]);
    expect(inputs?.map(({ name }) => name)).toEqual(['own', 'own', 'parent', 'parent']);
  });
});

describe('what the choice needs of a partition', () => {
  it('has the score of the other model on held-out training rows as scale, of a metric in the unit of the target', () => {
    const record = store(0);
    const { global } = record.evaluated ?? {};
    expect(global?.nested.value).not.toBe(global?.holdout.value);
    expect(rowOf(record, 'rmse').scale).toBe(global?.nested.value);
    expect(rowOf(record, 'macro_f1')).not.toHaveProperty('scale');
    expect(rowOf({ ...record, evaluated: null }, 'mae').scale).toBe(0);
  });
});
