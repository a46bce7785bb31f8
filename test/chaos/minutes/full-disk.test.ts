import { rmSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { endOf, MODELS, NO_SPACE, StrangeMachine } from '../strange-machine.ts';

const machine = new StrangeMachine();
const { partita } = machine;
afterAll(() => partita.stop(), 120_000);

it('a run that finds the disk full for minutes ends and says why; a retry loses nothing of it', async () => {
  const { running, runId } = await machine.start();
  await machine.hasBegun(runId);
  machine.fillDisk();
  const { code, stderr } = await running.ended;
  expect([code, stderr]).toEqual([7, expect.stringMatching(NO_SPACE)]);
  rmSync(machine.full);
  expect(await machine.faultsOf(runId)).toEqual([]);
  const kept = await partita.query('select from training where run_id = $1', [runId]);
  expect(kept.length).toBeLessThan(MODELS);

  const retry = await partita.start('retry', runId, '--missing', '--json');
  const { runId: repeated } = await endOf(retry);
  const reused = 'select from training where run_id = $1 and origin_run_id = $2';
  expect(await partita.query(reused, [repeated, runId])).toHaveLength(kept.length);
  const anew = await machine.start();
  await endOf(anew.running);
  const [again, first] = [await machine.judge(repeated), await machine.judge(anew.runId)];
  expect([again['model'], again['candidate']]).toEqual([first['model'], first['candidate']]);
  expect(await machine.faultsOf(repeated)).toEqual([]);
}, 480_000);
