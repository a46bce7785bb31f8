import { describe, expect, it } from 'vitest';
import { hashRows } from '../../src/frame/row-hash.ts';
import type { ProfileFacts } from '../../src/partition/profile-facts.ts';
import { profileWarnings } from '../../src/partition/profile-warnings.ts';
import { frameOf, numbers, texts } from '../features/frames.ts';
import { machineFrame, machineSpec, run } from '../support/machines.ts';

const strict = machineSpec({ strict: true });

function profiled(type: string, facts: ProfileFacts) {
  return { key: { type }, text: `type=${type}`, facts };
}

function profileOf(frame: ReturnType<typeof machineFrame>): ProfileFacts {
  const partition = { id: 'p', text: 'p', ranges: [{ start: 0, count: frame.rowCount }] };
  const data = { partition, frame, rowHashes: hashRows(frame), inputs: new Map() };
  return run('profile', data, { spec: machineSpec(), cutoffs: [] }).facts;
}

/** Readings of one column of two values, which say nothing of the status. */
const coarse = profileOf(
  frameOf(
    texts(
      'type',
      Array.from({ length: 40 }, () => 'car'),
    ),
    texts(
      'reading',
      Array.from({ length: 40 }, (_, i) => `r${i}`),
    ),
    numbers(
      'rpm',
      Array.from({ length: 40 }, (_, i) => i % 2),
    ),
    texts(
      'status',
      Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? 'active' : 'idle')),
    ),
  ),
);
const fine = profileOf(machineFrame({ car: 40 }));

describe('what profiles warn of', () => {
  it('counts rows that repeat over the partitions that have them, and strict mode takes them', () => {
    const all = [profiled('car', coarse), profiled('loader', fine), profiled('truck', coarse)];
    const warnings = profileWarnings(all, strict);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('80 of 80 rows repeat others in all but the target');
    expect(warnings[0]).toContain('validate.group');
    expect(warnings[0]).toContain('(in car and 1 more)');
    expect(profileWarnings([profiled('loader', fine)], strict)).toEqual([]);
  });

  it('says a suspicion of leakage once, and strict mode refuses it', () => {
    const facts = { ...fine, warnings: ['Column "x" is a copy of the target.'] };
    const all = ['car', 'loader', 'truck'].map((type) => profiled(type, facts));
    expect(profileWarnings(all, machineSpec())).toEqual([
      'Column "x" is a copy of the target. (in car and 2 more)',
    ]);
    expect(() => profileWarnings(all, strict)).toThrow(/^strict: Column "x".*strict: false/);
  });
});
