import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import type {
  Drift,
  DriftedPartition,
  FoundDrift,
} from '../../src/operations/drifted-partitions.ts';
import { runCli } from './run-cli.ts';

const SNAPSHOT = `sha256:${'b'.repeat(64)}` as Digest;

const MOVED: DriftedPartition = {
  key: { store: 'north' },
  partition: 'store=north',
  status: 'drifted',
  rows: { reference: 200, current: 180 },
  columns: [
    {
      column: 'price',
      kind: 'number',
      psi: 0.42,
      distance: 0.3,
      pValue: 1e-6,
      missing: { reference: 0, current: 0, pValue: null },
      qValue: 2e-6,
      isDrifted: true,
    },
  ],
  score: null,
};

function driftOf(partitions: readonly DriftedPartition[]): Drift {
  const none = { steady: 0, drifted: 0, new: 0, gone: 0, failed: 0 };
  const counts = { partitions: partitions.length, ...none };
  for (const { status } of partitions) counts[status]++;
  return {
    runId: 'run-1',
    experiment: 'sales',
    metric: 'rmse',
    rate: 0.05,
    psi: 0.1,
    reference: { snapshot: SNAPSHOT, rows: 400 },
    current: { source: 'csv new.csv', snapshot: SNAPSHOT, rows: 380 },
    tests: 12,
    counts,
    columns: [
      {
        column: 'price',
        kind: 'number',
        partitions: 2,
        drifted: 1,
        largest: { psi: 0.42, partition: 'store=north' },
      },
    ],
    notCompared: [{ column: 'day', because: 'times always move on' }],
    notScored: 'The new data have no column `sold`.',
    scores: { worse: 0, better: 0, same: 0, unknown: 0, because: null },
    notable: partitions.filter(({ status }) => status !== 'steady').slice(0, 20),
  };
}

/** Lends them as services do. */
function driftService(partitions: readonly DriftedPartition[], asked: unknown[] = []) {
  return <Result>(request: unknown, use: (found: FoundDrift) => Promise<Result>) => {
    asked.push(request);
    return use({
      drift: driftOf(partitions),
      partitions: async function* () {
        yield* partitions;
      },
    });
  };
}

describe('partita drift', () => {
  const steady: DriftedPartition = { ...MOVED, status: 'steady', columns: [] };

  it('says where what has moved, and by how much, and ends with 8', async () => {
    const asked: unknown[] = [];
    const drift = driftService([MOVED, steady], asked);
    const args = ['drift', 'run-1', '--data', '/data/new.csv'];
    const ran = await runCli(args, { services: { drift } });
    expect(ran.exitCode).toBe(8);
    expect(asked).toEqual([{ run: 'run-1', data: '/data/new.csv', rate: 0.05, psi: 0.1 }]);
    expect(ran.stdout).toContain('sales: 1 of 2 partitions has drifted');
    expect(ran.stdout).toContain('price (0.42');
    expect(ran.stdout).toContain('not compared: day, times always move on');
    expect(ran.stdout).toContain('not scored: The new data have no column `sold`.');
  });

  it('ends with 0 where nothing has, with 5 where something could not be compared', async () => {
    const codeOf = async (partitions: readonly DriftedPartition[]) => {
      const drift = driftService(partitions);
      return (await runCli(['drift', 'run-1', '--json'], { services: { drift } })).exitCode;
    };
    expect(await codeOf([steady])).toBe(0);
    expect(
      await codeOf([steady, { ...steady, status: 'failed', because: 'It was too large.' }]),
    ).toBe(5);
  });

  it('names the first of many, and puts all of them into a file', async () => {
    const many = Array.from({ length: 1001 }, (_, i) => ({ ...MOVED, partition: `store=${i}` }));
    const given = { services: { drift: driftService(many) } };
    const told = await runCli(['drift', 'run-1'], given);
    expect(told.stdout).toContain('and 981 more');
    const { stdout } = await runCli(['drift', 'run-1', '--json'], given);
    const { partitions, partitionsFile, counts } = JSON.parse(stdout);
    expect([partitions, counts.drifted]).toEqual([undefined, 1001]);
    expect(JSON.parse(readFileSync(partitionsFile, 'utf8'))).toEqual(many);
  });

  it('takes an address by reference only, and limits that are some', async () => {
    for (const wrong of [
      ['--url', '${env:SOURCE_URL}'],
      ['--table', 'sales', '--url', 'postgres://u:p@host/db'],
      ['--rate', '2'],
    ])
      expect((await runCli(['drift', 'run-1', ...wrong])).exitCode).toBe(2);
  });
});

describe('partita schedule', () => {
  it('needs its times, and takes one kind of them', async () => {
    for (const wrong of [[], ['--every', 'often'], ['--every', '1d', '--cron', '0 6 * * *']]) {
      const ran = await runCli(['schedule', 'create', ...wrong]);
      expect([ran.exitCode, ran.stderr.trim().split('\n').length]).toEqual([2, 1]);
    }
  });
});
