import { describe, expect, it } from 'vitest';
import type { Garbage, GarbageRequest } from '../../src/operations/collect-garbage.ts';
import { runCli, soleJson } from './run-cli.ts';

const NONE = { count: 0, bytes: 0 };
const GARBAGE: Garbage = {
  dryRun: true,
  runs: ['run-1'],
  objects: { count: 3, bytes: 2_500_000 },
  reports: { count: 1, bytes: 900 },
  uploads: NONE,
  drift: NONE,
  leftovers: NONE,
  kept: { count: 12, bytes: 40_000 },
  unknown: { count: 1, bytes: 12 },
  paths: ['/data/objects/sha256/ab/cd'],
};

describe('partita gc', () => {
  it('says what would go and what stays, and asks for what was said', async () => {
    const asked: GarbageRequest[] = [];
    const services = {
      collectGarbage: (request: GarbageRequest) => {
        asked.push(request);
        return Promise.resolve(GARBAGE);
      },
    };
    const { stdout } = await runCli(['gc', '--dry-run'], { services });
    expect(stdout).toContain(
      'Would take away 3 objects (2.5 MB), 1 page (900 bytes); kept: 12 objects (40.0 kB).',
    );
    expect(stdout).toContain("Of 1 deleted run, which can't be restored afterwards.");
    expect(stdout).toContain('1 object (12 bytes) that no run of this database has recorded');
    expect(stdout).toContain('  /data/objects/sha256/ab/cd');
    const json = await runCli(['gc', '--json', '--unknown', '--keep-days', '0'], { services });
    expect(soleJson(json)).toEqual(GARBAGE);
    expect(asked).toEqual([
      { dryRun: true, keepDays: 7, unknown: false },
      { dryRun: false, keepDays: 0, unknown: true },
    ]);
  });
});
