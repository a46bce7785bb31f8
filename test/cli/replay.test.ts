import { describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import type { BundleRequest, Replayed } from '../../src/operations/replay-bundle.ts';
import { runCli, soleJson } from './run-cli.ts';

const MODEL = { kind: 'model', digest: `sha256:${'a'.repeat(64)}` as Digest } as const;
const SAME: Replayed = {
  runId: 'run-1',
  partition: 'store=a',
  isSame: true,
  expected: MODEL,
  found: MODEL,
  changed: {},
};
const OTHER: Replayed = {
  ...SAME,
  isSame: false,
  found: { kind: 'failed', reason: 'error', message: 'Out of luck.' },
  changed: { node: ['20.20.0', '22.1.0'] },
};

describe('partita debug with a bundle', () => {
  it('writes one partition of a run, and asks for both', async () => {
    const asked: BundleRequest[] = [];
    const services = {
      bundlePartition: (request: BundleRequest) => {
        asked.push(request);
        return Promise.resolve({ out: request.out, rows: 60 });
      },
    };
    const words = ['debug', '--run', '0199', '--partition', 'a', '--bundle', '/tmp/a.replay'];
    const { stderr } = await runCli(words, { services });
    expect(stderr).toContain('Wrote 60 rows to /tmp/a.replay.');
    expect(asked).toEqual([{ run: '0199', partition: 'a', out: '/tmp/a.replay' }]);
    const noRun = await runCli(['debug', '--partition', 'a', '--bundle', 'x'], { services });
    expect([noRun.exitCode, noRun.stderr]).toEqual([2, expect.stringContaining('--run RUN')]);
    const noPartition = await runCli(['debug', '--bundle', 'x'], { services });
    expect([noPartition.exitCode, noPartition.stderr]).toEqual([
      2,
      expect.stringContaining('--partition KEY'),
    ]);
  });

  it('replays it: 0 where it ends in the same way, else 8 with both ends and what is not the same here', async () => {
    const replaying = (replayed: Replayed) => ({ replay: () => Promise.resolve(replayed) });
    const same = await runCli(['debug', '--replay', 'a'], { services: replaying(SAME) });
    expect([same.exitCode, same.stdout]).toEqual([0, expect.stringContaining(': the same\n')]);
    const other = await runCli(['debug', '--replay', 'a'], { services: replaying(OTHER) });
    expect(other.exitCode).toBe(8);
    expect(other.stdout).toContain('now:  failed (error): Out of luck.');
    expect(other.stdout).toContain('not the same here: node');
    const json = await runCli(['debug', '--replay', 'a', '--json'], { services: replaying(OTHER) });
    expect(soleJson(json)).toEqual(OTHER);
  });
});
