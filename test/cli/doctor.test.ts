import { describe, expect, it } from 'vitest';
import type { CheckedInvariants } from '../../src/stores/integrity-store.ts';
import { runCli, soleJson } from './run-cli.ts';

const SOUND: CheckedInvariants = { checked: ['whole-runs', 'same-rows'], broken: [] };
const BROKEN: CheckedInvariants = {
  checked: SOUND.checked,
  broken: [
    {
      name: 'whole-runs',
      what: 'runs that have ended well and lack something',
      count: 12,
      offenders: ['run-1', 'run-\u001b[2J'],
      remedy: 'Bring the database back from a backup.',
    },
  ],
};
const asServices = (checked: CheckedInvariants) => ({
  checkIntegrity: () => Promise.resolve(checked),
});

describe('partita doctor --integrity', () => {
  it('says that a record is sound', async () => {
    const ran = await runCli(['doctor', '--integrity'], { services: asServices(SOUND) });
    expect([ran.exitCode, ran.stdout]).toEqual([0, 'The record is sound: 2 invariants hold.\n']);
  });

  it('names what does not hold, of whom, and the way out, and ends with 8', async () => {
    const services = asServices(BROKEN);
    const { exitCode, stdout } = await runCli(['doctor', '--integrity'], { services });
    expect(exitCode).toBe(8);
    expect(stdout.split('\n')).toEqual([
      'NO  12 runs that have ended well and lack something (whole-runs):',
      '      run-1',
      '      run-\\u001b[2J',
      '      … and 10 more',
      '    Bring the database back from a backup.',
      'The record is not sound: 1 of 2 invariants do not hold.',
      '',
    ]);
    const json = await runCli(['doctor', '--integrity', '--json'], { services });
    expect(soleJson(json)).toEqual({ healthy: false, ...BROKEN });
    expect(json.exitCode).toBe(8);
  });
});
