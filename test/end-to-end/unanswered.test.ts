import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { runStatusOf } from '../../src/domain/run.ts';
import type { RunSummary } from '../../src/operations/requests.ts';
import type { ModelLineage } from '../../src/stores/lineage-store.ts';
import { seededDraws } from '../support/draws.ts';
import { csvOf, Partita, readCsv, type SpecWishes } from '../support/partita.ts';

const partita = new Partita();
afterAll(() => partita.stop(), 120_000);

const KINDS = { first: 120, second: 90, tiny: 10 };
const TABLE = Object.entries(KINDS).flatMap(([kind, count]) =>
  Array.from({ length: count }, (_, i) => {
    const x = (i * 37) % 101;
    return { kind, x, label: x + ((i * 13) % 30) > 60 ? 'yes' : 'no' };
  }),
);

async function runKinds(name: string, wishes: Partial<SpecWishes>) {
  partita.write('kinds.csv', csvOf(TABLE));
  return partita.run(
    partita.writeSpec({
      name,
      data: { source: { kind: 'csv', path: 'kinds.csv' } },
      partition: { by: 'kind' },
      target: { column: 'label', task: 'classification' },
      algorithms: ['baseline', { decision_tree: { max_depth: 2 } }],
      metric: 'accuracy',
      ...wishes,
    }),
  );
}

describe('stores whose region matters', () => {
  const REGIONS = ['east', 'north', 'south', 'west'];
  /** What x does to y is the region's; stores of a region are alike. */
  const STORES = REGIONS.flatMap((region, r) => {
    const draws = seededDraws(50 + r);
    return ['s1', 's2', 's3'].flatMap((store) =>
      Array.from({ length: store === 's3' ? 20 : 90 }, () => {
        const x = draws.normal();
        return { region, store, x, y: (r % 2 === 0 ? 3 : -3) * x + draws.normal() };
      }),
    );
  });

  it('are answered by their parents, each other key by its region, as totals, files, report and lineage tell', async () => {
    partita.write('stores.csv', csvOf(STORES));
    const { code, result } = await partita.run(
      partita.writeSpec({
        name: 'stores',
        data: { source: { kind: 'csv', path: 'stores.csv' } },
        partition: { by: ['region', 'store'], parents: 'region' },
        target: { column: 'y', task: 'regression' },
        algorithms: ['baseline', 'ridge'],
      }),
    );
    expect([code, result.status], result.error ?? '').toEqual([0, 'SUCCEEDED']);
    const parents = new Map(result.parents?.map((one) => [one.partition, one]));
    expect([...parents.keys()]).toEqual(REGIONS.map((region) => `region=${region}`));
    for (const { rows, verdict, model, own, difference } of parents.values()) {
      expect([rows, verdict, model]).toEqual([200, 'parent', own?.model]);
      expect(difference).toBeGreaterThan(1);
    }
    expect(result.partitions).toHaveLength(12);
    for (const { key, status, reason, verdict, model, parent, cv } of result.partitions) {
      expect([verdict, model]).toEqual(['parent', parents.get(`region=${key['region']}`)?.model]);
      expect([status, reason]).toEqual(
        key['store'] === 's3' ? ['global', 'too_small'] : ['trained', undefined],
      );
      expect(parent?.partition).toBe(`region=${key['region']}`);
      expect(cv === null).toBe(key['store'] === 's3');
    }

    const predicted = await partita.predictions(result.runId, 'holdout');
    const squares = (scope: string) =>
      predicted
        .filter((row) => row['scope'] === scope)
        .map((row) => (Number(row['truth']) - Number(row['prediction'])) ** 2);
    const ofParents = squares('parent');
    const rmse = Math.sqrt(ofParents.reduce((sum, one) => sum + one, 0) / ofParents.length);
    expect(ofParents).toHaveLength(squares('global').length);
    expect(result.totals.parent?.holdout).toBeCloseTo(rmse, 9);
    expect(result.totals.served?.holdout).toBeCloseTo(rmse, 9);

    const asked = [
      ['north', 's1'],
      ['north', 'new'],
      ['nowhere', 's1'],
    ].map(([region, store]) => ({ region: `${region}`, store: `${store}`, x: 1 }));
    const data = partita.write('asked.csv', csvOf(asked));
    const out = `${partita.folder}/answers.csv`;
    await partita.command('predict', result.runId, '--data', data, '--out', out);
    const north = parents.get('region=north')?.model;
    expect(readCsv(out).map(({ rung, reason, model }) => [rung, reason, model])).toEqual([
      ['parent', 'parent', north],
      ['parent', 'unseen_partition', north],
      ['global', 'unseen_partition', result.global?.model],
    ]);
    const lineage = await partita.json<ModelLineage>('lineage', `${north}`);
    expect(lineage.makings[0]).toMatchObject({ scope: 'parent', partition: 'region=north' });
    expect(lineage.uses.map(({ partition }) => partition)).toEqual(
      ['s1', 's2', 's3'].map((store) => `region=north/store=${store}`),
    );
    const html = readFileSync(`${result.report}`, 'utf8');
    expect(html).toContain('Partitions taken together by region');
  }, 120_000);
});

describe('partitions that nobody answers for', () => {
  it('leave their rows in the scores of the global model, and in its predictions', async () => {
    const partition = { by: 'kind', on_small: 'skip' } as const;
    const { code, result } = await runKinds('skip', { partition });
    expect(code).toBe(5);
    expect(result.status).toBe('PARTIAL');
    const listed = await partita.json<readonly RunSummary[]>('runs', 'ls');
    const [newest] = listed;
    expect(newest).toMatchObject({ runId: result.runId, partitions: 3, unanswered: 1 });
    expect((await partita.command('runs', 'ls')).stdout).toContain('3 partitions, 1 unanswered');
    for (const [split, score] of [
      ['oof', 'cv'],
      ['holdout', 'holdout'],
    ] as const) {
      const predicted = await partita.predictions(result.runId, split);
      const rows = predicted.filter((row) => row['scope'] === 'global');
      expect(new Set(rows.map((row) => row['partition']))).toContain('kind=tiny');
      const right = rows.filter((row) => row['truth'] === row['prediction']).length;
      expect(right / rows.length).toBeCloseTo(result.global?.[score] as number, 12);
    }
  }, 120_000);

  it('do not end the run when they go over their time, in whatever stage', async () => {
    const { code, result } = await runKinds('late', {
      algorithms: [{ gradient_boosting: { rounds: 500 } }],
      limits: { per_partition: { seconds: 1e-6 } },
    });
    expect(result.error).toBeNull();
    expect(result.partitions).toHaveLength(3);
    // A profile may be done before anybody looks at the clock; five hundred rounds are not.
    expect(result.status).toBe(runStatusOf(result.partitions));
    expect([result.status, code]).toBeOneOf([
      ['PARTIAL', 5],
      ['FAILED', 6],
    ]);
    expect(result.partitions.map(({ status }) => status)).toContain('failed');
    for (const { status, reason, message, cv, because } of result.partitions) {
      if (status === 'failed')
        expect([reason, message]).toEqual([
          'timeout',
          expect.stringContaining('limits.per_partition.seconds'),
        ]);
      if (status === 'trained' && cv === null) expect(because?.['cv']).toContain('seconds');
    }
  }, 120_000);
});
