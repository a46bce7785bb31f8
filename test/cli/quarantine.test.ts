import { describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import type { Quarantines } from '../../src/operations/quarantines.ts';
import type { Annotation } from '../../src/stores/annotation-store.ts';
import type { Impact } from '../../src/stores/impact.ts';
import { runCli, soleJson } from './run-cli.ts';

const MODEL = `sha256:${'a'.repeat(64)}` as Digest;
const AT = '2026-11-26T05:00:00.000Z';

const IMPACT: Impact = {
  subject: { kind: 'rows', digest: MODEL },
  runs: [
    {
      runId: 'run-1',
      experiment: 'sales',
      status: 'SUCCEEDED',
      createdAt: AT,
      models: 2,
      answers: 1,
    },
  ],
  models: [
    {
      runId: 'run-1',
      experiment: 'sales',
      partition: 'store=a',
      model: MODEL,
      reach: 'rows',
      origin: null,
      answers: 1,
    },
  ],
  aliases: [{ experiment: 'sales', alias: 'champion', runId: 'run-1', answers: 1 }],
  counts: { runs: 1, models: 1, answers: 1 },
};
const QUARANTINE = {
  subject: { kind: 'partition', text: 'store=a', experiment: 'sales' },
  actor: 'ada',
  reason: 'labels are under review',
  at: AT,
} as const;

/** Only what a test expects is answered. */
const given = (answers: Partial<Quarantines>) => ({
  services: { quarantines: answers as Quarantines },
});

describe('partita impact', () => {
  it('says first who answers with what was reached, then runs and models', async () => {
    const services = given({ impact: () => Promise.resolve(IMPACT) });
    const { stdout } = await runCli(['impact', 'aaaaaa'], services);
    expect(stdout).toContain('reached 1 model in 1 run, the answer for 1 partition');
    expect(stdout).toMatch(/Answering now:\n {2}sales@champion {2}run run-1, 1 partition/);
    expect(stdout).toContain('store=a in run run-1: trained on the rows');
    expect(soleJson(await runCli(['impact', 'aaaaaa', '--json'], services))).toEqual(IMPACT);
  });
});

describe('partita quarantine', () => {
  it('lists what stands, with who and why, and takes a reason with what is new', async () => {
    const asked: unknown[] = [];
    const services = given({
      list: () => Promise.resolve([{ ...QUARANTINE, place: 1 }]),
      begin: (...how) => {
        asked.push(how);
        return Promise.resolve(QUARANTINE);
      },
    });
    const { stdout } = await runCli(['quarantine'], services);
    expect(stdout).toBe(
      'partition store=a of sales  (2026-11-26T05:00:00Z, ada: labels are under review)\n',
    );
    expect(soleJson(await runCli(['quarantine', '--json'], services))).toEqual([QUARANTINE]);
    const words = ['--experiment', 'sales', '--reason', 'labels are under review'];
    const { stderr } = await runCli(['quarantine', 'a', ...words], services);
    expect(stderr).toContain('partition store=a of sales: in quarantine');
    expect(asked).toEqual([[{ what: 'a', experiment: 'sales' }, { reason: QUARANTINE.reason }]]);
  });

  it('is not ended without a reason', async () => {
    const { exitCode, stderr } = await runCli(['release', 'a'], given({}));
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--reason');
  });
});

describe('partita tag and note', () => {
  it('take a name, a name with a value that may hold "=", and words', async () => {
    const said: Annotation[] = [];
    const services = given({
      annotate: (_what, annotation) => {
        said.push(annotation);
        const of = { kind: 'model', model: MODEL } as const;
        return Promise.resolve({ of, notes: [], tags: [] });
      },
    });
    await runCli(['tag', 'aaaa', 'reviewed'], services);
    await runCli(['tag', 'aaaa', 'formula=a=b'], services);
    await runCli(['tag', 'aaaa', 'reviewed', '--remove'], services);
    const { stdout } = await runCli(['note', 'aaaa', 'holds in summer'], services);
    expect(said).toEqual([
      { kind: 'tag', name: 'reviewed', text: '' },
      { kind: 'tag', name: 'formula', text: 'a=b' },
      { kind: 'untag', name: 'reviewed' },
      { kind: 'note', text: 'holds in summer' },
    ]);
    expect(stdout).toBe(`model ${MODEL}\n  no tags and no notes\n`);
  });
});
