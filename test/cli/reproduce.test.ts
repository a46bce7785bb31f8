import { describe, expect, it } from 'vitest';
import type { Reproduction } from '../../src/operations/reproduction.ts';
import { stateOf } from './fake-services.ts';
import { runCli, soleJson } from './run-cli.ts';

const SAME: Reproduction = {
  runId: 'run-2',
  origin: 'run-1',
  isReproduced: true,
  partitions: 3,
  first: null,
  cause: null,
  changed: { spec: {}, code: {}, environment: {}, data: {} },
};
const OTHER: Reproduction = {
  ...SAME,
  isReproduced: false,
  first: { stage: 'train', partition: 'store=a', what: 'model', values: ['sha256:a', 'sha256:b'] },
  cause: 'environment',
  changed: { ...SAME.changed, environment: { node: ['20.20.0', '22.1.0'] } },
};

const started = { kind: 'started', runId: 'run-2', origin: 'run-1' } as const;
const comparedTo = (reproduction: Reproduction) => ({
  reproduce: () => Promise.resolve(started),
  recordReproduction: () => Promise.resolve(reproduction),
});

describe('partita reproduce', () => {
  it('ends with 0 where every step gave the same', async () => {
    const { exitCode, stdout } = await runCli(['reproduce', '1'], { services: comparedTo(SAME) });
    expect(exitCode).toBe(0);
    expect(stdout).toBe('Reproduced: 3 partitions, every step the same.\n');
  });

  it('ends with 8 and names the first difference, what it comes from, and both values', async () => {
    const services = comparedTo(OTHER);
    const { exitCode, stdout } = await runCli(['reproduce', '1'], { services });
    expect(exitCode).toBe(8);
    expect(stdout).toContain('Not reproduced, for reason of environment.');
    expect(stdout).toContain('Not the same this time: node.');
    expect(stdout).toContain('first difference: train, store=a, model');
    expect(stdout).toContain('before: "sha256:a"\n  now:    "sha256:b"');
    const asJson = await runCli(['reproduce', '1', '--json'], { services });
    expect(asJson.exitCode).toBe(8);
    expect(soleJson(asJson)).toEqual(OTHER);
  });

  it('ends with 8 at once, and watches nothing, where the rows are not there any more', async () => {
    const first = {
      stage: 'snapshot',
      partition: null,
      what: 'stored rows',
      values: ['sha256:a', 'missing'],
    } as const;
    const reproduction: Reproduction = { ...OTHER, runId: null, first, cause: 'data' };
    const services = {
      reproduce: () => Promise.resolve({ kind: 'ended', reproduction } as const),
      watch: () => Promise.reject(new Error('Nothing is to be watched.')),
    };
    const { exitCode, stdout } = await runCli(['reproduce', '1'], { services });
    expect(exitCode).toBe(8);
    expect(stdout).toContain('for reason of data');
    expect(stdout).toContain('now:    "missing"');
  });

  it('ends with 130 and says how its outcome is put on record later, where the person leaves', async () => {
    const services = {
      ...comparedTo(SAME),
      watch: () => Promise.resolve(stateOf({ status: 'RUNNING' })),
    };
    const { exitCode, stderr } = await runCli(['reproduce', '1'], { services });
    expect(exitCode).toBe(130);
    expect(stderr).toContain('partita reproduce --record run-2');
  });

  it('puts the outcome of one that has ended on record, and starts nothing', async () => {
    const asked: string[] = [];
    const services = {
      recordReproduction: (run: string) => {
        asked.push(run);
        return Promise.resolve(OTHER);
      },
    };
    const { exitCode, stdout } = await runCli(['reproduce', '--record', 'run-2'], { services });
    expect([exitCode, asked]).toEqual([8, ['run-2']]);
    expect(stdout).toContain('Not reproduced');
  });
});
