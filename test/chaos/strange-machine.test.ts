import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Judged } from './oracle.ts';
import { endOf, MODELS, NO_SPACE, StrangeMachine } from './strange-machine.ts';

const HOUR_MS = 3_600_000;

const machine = new StrangeMachine();
afterAll(() => machine.partita.stop(), 120_000);

/** Whether an attempt is on record that began, by its worker's clock, then. */
async function hasAttempt(runId: string, began: string): Promise<boolean> {
  const text = `select from step_attempt join step on step.id = step_id
    where run_id = $1 and started_at ${began}`;
  return (await machine.partita.query(text, [runId])).length > 0;
}

describe('a run', () => {
  let undisturbed: Judged;

  beforeAll(async () => {
    const { running, runId } = await machine.start();
    await endOf(running);
    undisturbed = await machine.judge(runId);
    expect([undisturbed['model']?.length, await machine.faultsOf(runId)]).toEqual([MODELS, []]);
  }, 300_000);

  it('whose worker’s clock jumps back an hour and then forward a day is the same run, in no negative time', async () => {
    const { running, runId } = await machine.start();
    await machine.hasBegun(runId);
    writeFileSync(machine.clock, String(-HOUR_MS));
    while (!(await hasAttempt(runId, "< now() - interval '30 minutes'"))) await wait(50);
    writeFileSync(machine.clock, String(24 * HOUR_MS));
    const { timings } = await endOf(running);
    rmSync(machine.clock);
    expect(Object.values(timings).filter((ms) => Number(ms) < 0)).toEqual([]);
    expect(await hasAttempt(runId, "> now() + interval '12 hours'")).toBe(true);
    expect(await machine.judge(runId)).toEqual(undisturbed);
    expect(await machine.faultsOf(runId)).toEqual([]);
  }, 300_000);

  it('that finds the disk full says so, waits, and is the same run once there is space', async () => {
    const { running, runId } = await machine.start();
    await machine.hasBegun(runId);
    machine.fillDisk();
    await running.says(new RegExp(`trying again: ${NO_SPACE.source}`));
    rmSync(machine.full);
    await endOf(running);
    expect(await machine.judge(runId)).toEqual(undisturbed);
    expect(await machine.faultsOf(runId)).toEqual([]);
  }, 300_000);
});
