import { describe, expect, it } from 'vitest';
import { digestBytes } from '../../src/frame/digest.ts';
import { lentBy } from '../../src/operations/lent.ts';
import { runRecord } from '../support/run-records.ts';

const { spec } = runRecord();
const key = (name: string) => digestBytes(`key of ${name}`);
const keysOf = (kind: string) => ({
  global: key(`${kind} of all`),
  partitions: new Map(['a', 'b', 'c'].map((id) => [id, key(`${kind} of ${id}`)])),
});
const keys = { trainings: keysOf('training'), selections: keysOf('selection') };
const lentWith = (
  fitted: Readonly<Record<string, string>>,
  selected: readonly string[],
  asked = spec,
) =>
  lentBy(
    {
      trainings: new Map(Object.entries(fitted).map(([id, by]) => [key(`training of ${id}`), by])),
      selections: new Set(selected.map((id) => key(`selection of ${id}`))),
    },
    keys,
    asked,
  );

describe('what earlier runs lend to one that is planned', () => {
  it('is their models, and of what is left the columns that they selected', () => {
    const { models, selections, global } = lentWith({ a: 'first' }, ['a', 'b', 'all']);
    expect([[...models], [...selections], global]).toEqual([['a'], ['b'], 'selection']);
    expect(lentWith({ all: 'first' }, ['all']).global).toBe('model');
    expect(lentWith({}, [])).toEqual({ models: new Set(), selections: new Set(), global: null });
  });

  it('is, with a warm start, no model whose run has not fitted the known one without partition', () => {
    const warm = { ...spec, tune: { ...spec.tune, warm_start: true } };
    const fitted = { all: 'first', a: 'first', b: 'second' };
    expect([...lentWith(fitted, [], warm).models]).toEqual(['a']);
    expect([...lentWith({ a: 'first' }, [], warm).models]).toEqual([]);
    expect([...lentWith(fitted, []).models]).toEqual(['a', 'b']);
  });
});
