import { describe, expect, it } from 'vitest';
import { partitionText } from '../../src/domain/partition.ts';
import { partitionId } from '../../src/frame/digest.ts';
import {
  classLabels,
  conditionPartitions,
  type ProfiledRef,
} from '../../src/partition/condition.ts';
import { failedProfile } from '../../src/partition/failed-profile.ts';
import type { ProfileFacts } from '../../src/partition/profile-facts.ts';
import type { SpecInput } from '../../src/spec/spec.ts';
import { machineSpec } from '../support/machines.ts';

const key = { by: ['region', 'type'] };

function profiled(
  [region, type]: readonly [string | null, string],
  start: number,
  change: Partial<ProfileFacts['target']> & {
    readonly rows?: number;
    readonly excluded?: number;
  } = {},
): ProfiledRef {
  const { rows = 100, excluded = 0, ...target } = change;
  const text = partitionText(key.by, [region, type]);
  const classes = [
    { label: 'on', count: rows / 2 },
    { label: 'off', count: rows / 2 },
  ];
  return {
    id: partitionId(text),
    text,
    key: { region, type },
    start,
    count: rows,
    facts: {
      rows,
      columns: [],
      target: { missing: 0, classes, distinct: 2, ...target },
      split: {
        holdout: 0,
        folds: [],
        trainingOnly: 0,
        excluded: excluded === 0 ? {} : { target_missing: excluded },
        repeats: 0,
        notes: [],
      },
      warnings: [],
    },
  };
}

function decisions(
  partitions: readonly ProfiledRef[],
  partition: Partial<SpecInput['partition']> = {},
  change: Partial<SpecInput> = {},
) {
  const spec = machineSpec({ ...change, partition: { ...key, ...partition } });
  return conditionPartitions(partitions, spec);
}

describe('conditioning', () => {
  it('trains what has enough rows with a target', () => {
    const [enough, few] = decisions([
      profiled(['eu', 'car'], 0),
      profiled(['eu', 'van'], 100, { excluded: 51 }),
    ]);
    expect(enough?.decision).toEqual({ kind: 'train' });
    expect(few?.decision).toEqual({ kind: 'global', reason: 'too_small' });
  });

  it('names the reason why a partition can not have its own model', () => {
    const one = [{ label: 'on', count: 100 }];
    const found = decisions([
      profiled(['eu', 'car'], 0, { classes: one }),
      profiled(['eu', 'van'], 100, { missing: 100, excluded: 100 }),
    ]);
    expect(found.map(({ decision }) => decision)).toEqual([
      { kind: 'global', reason: 'single_class' },
      { kind: 'global', reason: 'no_target' },
    ]);
    const [constant] = decisions(
      [profiled(['eu', 'car'], 0, { classes: [], distinct: 1 })],
      {},
      {
        target: { column: 'power', task: 'regression' },
        columns: { id: 'reading' },
        algorithms: ['ridge'],
      },
    );
    expect(constant?.decision).toEqual({ kind: 'global', reason: 'constant_target' });
  });

  it('calls few rows too small, whatever else is wrong with them', () => {
    const one = [{ label: 'on', count: 1 }];
    const found = decisions([
      profiled(['eu', 'car'], 0, { rows: 1, classes: one, distinct: 1 }),
      profiled(['eu', 'van'], 1, { rows: 1, classes: [], distinct: 0, missing: 1 }),
      profiled(['us', 'car'], 2, { rows: 60, excluded: 60, missing: 0 }),
    ]);
    expect(found.map(({ decision }) => decision)).toEqual([
      { kind: 'global', reason: 'too_small' },
      { kind: 'global', reason: 'no_target' },
      { kind: 'global', reason: 'too_small' },
    ]);
  });

  it('says the failure of a partition that could not be profiled, and merges it with nothing', () => {
    const late = profiled(['eu', 'car'], 0, { rows: 30 });
    const failure = { reason: 'timeout', message: 'Over 600 seconds.' } as const;
    const failed = { ...late, facts: failedProfile(30, failure) };
    expect(failed.facts.split.excluded).toEqual({ timeout: 30 });
    const small = [
      profiled(['eu', 'bus'], 30, { rows: 30 }),
      profiled(['eu', 'van'], 60, { rows: 30 }),
    ];
    for (const on_small of ['global', 'skip', 'merge', 'shrink'] as const) {
      const found = decisions([failed, ...small], { on_small });
      expect(found.find(({ text }) => text === late.text)?.decision).toEqual({
        kind: 'fail',
        reason: 'timeout',
      });
    }
    expect(decisions([failed, ...small], { on_small: 'merge' }).at(-4)).toMatchObject({
      text: 'region=eu/type=(merged)',
      rows: 60,
    });
  });

  it('skips when asked, or when no global model could answer', () => {
    const small = [profiled(['eu', 'car'], 0, { rows: 10 })];
    expect(decisions(small, { on_small: 'skip' })[0]?.decision.kind).toBe('skip');
  });

  it('trains what is small to blend it, when asked, unless there is nothing to learn', () => {
    const small = profiled(['eu', 'car'], 0, { rows: 10 });
    const large = profiled(['eu', 'van'], 10);
    const found = decisions([small, large], { on_small: 'shrink' });
    expect(found.map(({ decision }) => decision)).toEqual([
      { kind: 'shrink', reason: 'too_small' },
      { kind: 'train' },
    ]);
    const { target } = small.facts;
    const facts = { ...small.facts, target: { ...target, missing: small.facts.rows } };
    expect(decisions([{ ...small, facts }], { on_small: 'shrink' })[0]?.decision).toEqual({
      kind: 'global',
      reason: 'no_target',
    });
  });

  it('unites small siblings of one region into a partition that trains', () => {
    const found = decisions(
      [
        profiled(['eu', 'bus'], 0, { rows: 30 }),
        profiled(['eu', 'car'], 30),
        profiled(['eu', 'van'], 130, { rows: 30 }),
        profiled(['us', 'bus'], 160, { rows: 30 }),
      ],
      { on_small: 'merge' },
    );
    const union = found.find(({ ranges }) => ranges.length === 2);
    expect(union).toMatchObject({
      text: 'region=eu/type=(merged)',
      rows: 60,
      decision: { kind: 'train' },
      ranges: [
        { start: 0, count: 30 },
        { start: 130, count: 30 },
      ],
    });
    const kinds = Object.fromEntries(found.map(({ text, decision }) => [text, decision.kind]));
    expect(kinds).toEqual({
      'region=eu/type=(merged)': 'train',
      'region=eu/type=bus': 'merge',
      'region=eu/type=car': 'train',
      'region=eu/type=van': 'merge',
      'region=us/type=bus': 'global',
    });
  });

  it('gives a union a name and a key that no partition has', () => {
    const found = decisions(
      [
        profiled([null, '(merged)'], 0),
        profiled([null, 'bus'], 100, { rows: 30 }),
        profiled([null, 'van'], 130, { rows: 30 }),
      ],
      { on_small: 'merge' },
    );
    expect(found.map(({ text, key }) => [text, key])).toContainEqual([
      'region=\\N/type=(merged 2)',
      { region: null, type: '(merged 2)' },
    ]);
    expect(new Set(found.map(({ text }) => text)).size).toBe(4);
  });

  it('lists every class of the table once, in code-unit order', () => {
    const labels = classLabels([
      profiled(['eu', 'car'], 0, {
        classes: [
          { label: 'é', count: 1 },
          { label: 'Z', count: 1 },
        ],
      }),
      profiled(['eu', 'van'], 9, {
        classes: [
          { label: 'a', count: 1 },
          { label: 'Z', count: 1 },
        ],
      }),
    ]);
    expect(labels).toEqual(['Z', 'a', 'é']);
  });
});
