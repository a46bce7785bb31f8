import { afterAll, describe, expect, it } from 'vitest';
import { runStatusOf } from '../../src/domain/run.ts';
import { csvOf, Partita, type SpecWishes } from '../support/partita.ts';

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

describe('partitions that nobody answers for', () => {
  it('leave their rows in the scores of the global model, and in its predictions', async () => {
    const partition = { by: 'kind', on_small: 'skip' } as const;
    const { code, result } = await runKinds('skip', { partition });
    expect(code).toBe(5);
    expect(result.status).toBe('PARTIAL');
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
