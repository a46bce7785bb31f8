import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/domain/result.ts';
import { findPostgres, postgresUrl } from '../../src/embedded/postgres.ts';
import { postgresPassword } from '../../src/embedded/postgres-home.ts';
import { Partita, type Running } from '../support/partita.ts';
import { workOf } from '../support/work.ts';
import { faults, type Judged, judge } from './oracle.ts';

/** A machine whose clock jumps and whose disk runs full, as its processes see it: they are given both by a preloaded script. */
const PARTITIONS = 20;
const HOUR_MS = 3_600_000;
const NO_SPACE = /No space left for sha256:\w+ in \S+objects; free some, then retry the run\./;

const partita = new Partita();
const clock = join(partita.folder, 'clock');
const full = join(partita.folder, 'full');
const preloaded = ['shifted-clock.cjs', 'full-disk.cjs']
  .map((script) => `--require=${join(import.meta.dirname, '../support', script)}`)
  .join(' ');
Object.assign(partita.environment, {
  NODE_OPTIONS: preloaded,
  PARTITA_TEST_CLOCK: clock,
  PARTITA_TEST_FULL: full,
});
afterAll(() => partita.stop(), 120_000);

const { csv, spec } = workOf(PARTITIONS, 300, [
  { random_forest: { trees: 400 } },
  { gradient_boosting: { rounds: 100 } },
]);

async function start(seed = 1): Promise<{ readonly running: Running; readonly runId: string }> {
  const path = partita.writeSpec({ ...spec, seed });
  const running = await partita.start('run', path, '--json', '--no-reuse');
  const [, runId = ''] = await running.says(/^Run ([\w-]+)/m);
  return { running, runId };
}

/** Resolves when so many partitions of the run are trained, which has not ended then. */
async function trained(runId: string, count: number): Promise<void> {
  const rows = 'select from training where run_id = $1';
  while ((await partita.query(rows, [runId])).length < count) await wait(50);
  const [run] = await partita.query('select status from run where id = $1', [runId]);
  expect(run?.['status']).toBe('RUNNING');
}

/** Whether an attempt is on record that began, by its worker's clock, then. */
async function hasAttempt(runId: string, began: string): Promise<boolean> {
  const text = `select from step_attempt join step on step.id = step_id
    where run_id = $1 and started_at ${began}`;
  return (await partita.query(text, [runId])).length > 0;
}

async function endOf({ ended }: Running): Promise<RunResult> {
  const { code, stdout, stderr } = await ended;
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as RunResult;
}

/** Whatever does not fit in the whole record, or in the bytes of the run. */
function faultsOf(runId: string): Promise<readonly string[]> {
  return faults(url(), runId, join(partita.folder, '.partita', 'objects'));
}

function url(): string {
  const folder = join(partita.folder, '.partita');
  const port = findPostgres(folder)?.port ?? 0;
  return postgresUrl({ port, password: postgresPassword(folder) }, 'partita');
}

describe('a run', () => {
  let undisturbed: Judged;

  beforeAll(async () => {
    partita.write('work.csv', csv);
    const { running, runId } = await start();
    await endOf(running);
    undisturbed = await judge(url(), runId);
    expect([undisturbed['model']?.length, await faultsOf(runId)]).toEqual([PARTITIONS + 1, []]);
  }, 300_000);

  it('whose worker’s clock jumps back an hour and then forward a day is the same run, in no negative time', async () => {
    const { running, runId } = await start();
    await trained(runId, 1);
    writeFileSync(clock, String(-HOUR_MS));
    while (!(await hasAttempt(runId, "< now() - interval '30 minutes'"))) await wait(50);
    writeFileSync(clock, String(24 * HOUR_MS));
    const { timings } = await endOf(running);
    rmSync(clock);
    expect(Object.values(timings).filter((ms) => Number(ms) < 0)).toEqual([]);
    expect(await hasAttempt(runId, "> now() + interval '12 hours'")).toBe(true);
    expect(await judge(url(), runId)).toEqual(undisturbed);
    expect(await faultsOf(runId)).toEqual([]);
  }, 300_000);

  it('that finds the disk full says so, waits, and is the same run once there is space', async () => {
    const { running, runId } = await start();
    await trained(runId, 1);
    writeFileSync(full, '');
    await running.says(new RegExp(`trying again: ${NO_SPACE.source}`));
    rmSync(full);
    await endOf(running);
    expect(await judge(url(), runId)).toEqual(undisturbed);
    expect(await faultsOf(runId)).toEqual([]);
  }, 300_000);

  it('that finds it full for minutes ends and says why; a retry loses nothing of it', async () => {
    // Of another seed, so that nothing of an earlier run stands in.
    const { running, runId } = await start(2);
    await trained(runId, 1);
    writeFileSync(full, '');
    const { code, stderr } = await running.ended;
    expect([code, stderr]).toEqual([7, expect.stringMatching(NO_SPACE)]);
    rmSync(full);
    expect(await faultsOf(runId)).toEqual([]);
    const kept = await partita.query('select from training where run_id = $1', [runId]);
    expect(kept.length).toBeLessThan(PARTITIONS + 1);

    const { runId: repeated } = await endOf(
      await partita.start('retry', runId, '--missing', '--json'),
    );
    const reused = 'select from training where run_id = $1 and origin_run_id = $2';
    expect(await partita.query(reused, [repeated, runId])).toHaveLength(kept.length);
    const anew = await start(2);
    await endOf(anew.running);
    const [again, first] = [await judge(url(), repeated), await judge(url(), anew.runId)];
    expect([again['model'], again['candidate']]).toEqual([first['model'], first['candidate']]);
    expect(await faultsOf(repeated)).toEqual([]);
  }, 480_000);
});
