import { describe, expect, it } from 'vitest';
import { type Frame, takeRows } from '../../src/frame/frame.ts';
import { hashRows } from '../../src/frame/row-hash.ts';
import type { Band, SideArgs } from '../../src/partition/evaluate-facts.ts';
import type { TotalsFacts } from '../../src/partition/totals-facts.ts';
import type { TrainFacts } from '../../src/partition/train-facts.ts';
import { frameOf, numbers, texts } from '../features/frames.ts';
import { seededDraws } from '../support/draws.ts';
import { machineSpec, partitionData, run } from '../support/machines.ts';

const LEVEL = 0.9;
const ROWS = 40;
const PARTITIONS = 60;
const spec = machineSpec({
  target: { column: 'power', task: 'regression' },
  columns: {},
  algorithms: ['baseline', 'ridge', { gradient_boosting: { rounds: 10 } }],
  intervals: { level: LEVEL },
});
const args = { spec, task: spec.target.task, classes: [] };

/** Partitions of forty rows on one line; the noise of every second one is ten times that of the others. */
const frame = table();
const parts = Array.from({ length: PARTITIONS }, (_, i) => {
  const rows = Int32Array.from({ length: ROWS }, (__, row) => i * ROWS + row);
  const data = partitionData(takeRows(frame, rows), spec, { text: `type=${nameOf(i)}` });
  return { data, ...run('train', data, { ...args, scope: 'own' }) };
});
const all = {
  partition: { id: 'all', text: '(all)', ranges: [{ start: 0, count: frame.rowCount }] },
  frame,
  rowHashes: hashRows(frame),
  folds: Uint8Array.from(Buffer.concat(parts.map(({ data }) => data.folds))),
  inputs: new Map<string, Uint8Array>(),
};
const global = run('train', all, { ...args, scope: 'global' });
const predictionsOf = (result: typeof global) => result.blobs.get('predictions') as Uint8Array;

describe('prediction intervals of small partitions', () => {
  const own = totalsServedBy('own');
  const ofGlobal = totalsServedBy('global');

  it('hold the share of holdout rows that was asked for, own models and the global one', () => {
    for (const { served } of [own, ofGlobal]) expectNominal(served?.band as Band);
    expectNominal(ofGlobal.globalEverywhere?.band as Band);
  });

  it('hold it in quiet and in noisy partitions alike, where one width for all would not', () => {
    const everywhere = ofGlobal.globalEverywhere?.band as Band;
    const bands = parts.map((_, i) => evaluated(i).global?.band as Band);
    for (const isNoisy of [false, true]) {
      const some = bands.filter((_, i) => isNoisyPartition(i) === isNoisy);
      expectNominal(pooled(some));
      const reach = (some[0] as Band).reach as number;
      expect(reach > (everywhere.reach as number)).toBe(isNoisy);
    }
  });

  it('are told per partition: from the rows that trained, checked on those that did not', () => {
    const { own: side } = evaluated(3);
    expect(side?.band).toMatchObject({ level: LEVEL, rows: 32, holdout: { rows: 8 } });
    expect(side?.band?.reach).toBeGreaterThan(0);
  });

  it.each(['own', 'global'] as const)(
    'are as wide as those of all rows where a partition has too few, served by %s',
    (who) => {
      const few = totals(
        parts.map(() => who),
        5,
      );
      const reach = few.globalEverywhere?.band?.reach as number;
      expect(few.served?.band?.reach).toBeCloseTo(reach, 12);
      expect(few.served?.band?.holdout.rows).toBe(few.globalEverywhere?.band?.holdout.rows);
    },
  );

  it('change nothing that is trained, and are absent where nobody asks', () => {
    const { intervals: _, ...plain } = spec;
    const data = parts[0]?.data as (typeof parts)[number]['data'];
    const trained = run('train', data, { ...args, spec: plain, scope: 'own' });
    expect(trained.facts.model?.digest).toBe(parts[0]?.facts.model?.digest);
    const inputs = new Map([['own', predictionsOf(trained)]]);
    const facts = run(
      'evaluate',
      { ...data, inputs },
      { ...args, spec: plain, own: chosen(trained.facts), global: null },
    ).facts;
    expect(facts.own).not.toHaveProperty('band');
  });
});

/** Four standard errors around the level, those of the rows that the widths come from included. */
function expectNominal(band: Band): void {
  const { holdout, rows } = band;
  const error = Math.sqrt(LEVEL * (1 - LEVEL) * (1 / holdout.rows + 1 / rows));
  const share = holdout.covered / holdout.rows;
  expect(share).toBeGreaterThan(LEVEL - 4 * error);
  expect(share).toBeLessThan(LEVEL + 4 * error + 0.03);
}

function pooled(bands: readonly Band[]): Band {
  const sum = (of: (band: Band) => number) => bands.reduce((total, band) => total + of(band), 0);
  return {
    level: LEVEL,
    reach: null,
    rows: sum(({ rows }) => rows),
    holdout: {
      rows: sum(({ holdout }) => holdout.rows),
      covered: sum(({ holdout }) => holdout.covered),
    },
  };
}

function evaluated(i: number) {
  const { data, facts, ...result } = parts[i] as (typeof parts)[number];
  const bytes = predictionsOf(global);
  const share = bytes.length / PARTITIONS;
  const inputs = new Map([
    ['own', predictionsOf({ ...result, facts })],
    ['global', bytes.slice(i * share, (i + 1) * share)],
  ]);
  const sides = { own: chosen(facts), global: chosen(global.facts) };
  return run('evaluate', { ...data, inputs }, { ...args, ...sides }).facts;
}

function totalsServedBy(served: 'own' | 'global'): TotalsFacts {
  return totals(parts.map(() => served));
}

/** `rows`: of one member; fewer than a partition has cut each into several. */
function totals(served: readonly ('own' | 'global')[], rows = ROWS): TotalsFacts {
  const members = served.flatMap((who, i) => {
    const { best, bestWithout } = chosen((parts[i] as (typeof parts)[number]).facts);
    return Array.from({ length: ROWS / rows }, () => ({ rows, best, bestWithout, served: who }));
  });
  const own = Uint8Array.from(Buffer.concat(parts.map((part) => predictionsOf(part))));
  const inputs = new Map([
    ['global', predictionsOf(global)],
    ['own', own],
  ]);
  const side = { members, candidates: spec.candidates.length, global: chosen(global.facts) };
  return run('totals', { ...all, inputs }, { ...args, ...side }).facts;
}

function chosen({ candidates, best, bestWithout }: TrainFacts): SideArgs {
  return { candidates: candidates.length, best: best as number, bestWithout };
}

function isNoisyPartition(i: number): boolean {
  return i % 2 === 1;
}

function nameOf(i: number): string {
  return `p${String(i).padStart(2, '0')}`;
}

function table(): Frame {
  const draws = seededDraws(11);
  const rows = Array.from({ length: PARTITIONS * ROWS }, (_, row) => {
    const part = Math.floor(row / ROWS);
    const x = draws.uniform();
    const noise = draws.normal() * (isNoisyPartition(part) ? 1 : 0.1);
    return { type: nameOf(part), x, z: draws.uniform(), power: 4 * x + noise };
  });
  return frameOf(
    texts(
      'type',
      rows.map(({ type }) => type),
    ),
    numbers(
      'x',
      rows.map(({ x }) => x),
    ),
    numbers(
      'z',
      rows.map(({ z }) => z),
    ),
    numbers(
      'power',
      rows.map(({ power }) => power),
    ),
  );
}
