import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import type { RunResult } from '../../src/domain/result.ts';
import { findPostgres, postgresUrl } from '../../src/embedded/postgres.ts';
import { postgresPassword } from '../../src/embedded/postgres-home.ts';
import { Partita, type Running } from '../support/partita.ts';
import { workOf } from '../support/work.ts';
import { faults, type Judged, judge } from './oracle.ts';

const PARTITIONS = 20;
/** Of a run on it: one for each partition, and one without. */
export const MODELS = PARTITIONS + 1;
export const NO_SPACE =
  /No space left for sha256:\w+ in \S+objects; free some, then retry the run\./;

const { csv, spec } = workOf(PARTITIONS, 300, [
  { random_forest: { trees: 400 } },
  { gradient_boosting: { rounds: 100 } },
]);

const PRELOADED = ['shifted-clock.cjs', 'full-disk.cjs']
  .map((script) => `--require=${join(import.meta.dirname, '../support', script)}`)
  .join(' ');

/** A machine whose clock jumps and whose disk runs full, as its processes see it: they are given both by a preloaded script. */
export class StrangeMachine {
  readonly partita = new Partita();
  /** Holds by how many milliseconds the clock is wrong; right without it. */
  readonly clock = join(this.partita.folder, 'clock');
  /** While it is there, nothing can be written. */
  readonly full = join(this.partita.folder, 'full');

  constructor() {
    Object.assign(this.partita.environment, {
      NODE_OPTIONS: PRELOADED,
      PARTITA_TEST_CLOCK: this.clock,
      PARTITA_TEST_FULL: this.full,
    });
    this.partita.write('work.csv', csv);
  }

  async start(seed = 1): Promise<{ readonly running: Running; readonly runId: string }> {
    const path = this.partita.writeSpec({ ...spec, seed });
    const running = await this.partita.start('run', path, '--json', '--no-reuse');
    const [, runId = ''] = await running.says(/^Run ([\w-]+)/m);
    return { running, runId };
  }

  /** Resolves when a partition of the run is trained, which has not ended then. */
  async hasBegun(runId: string): Promise<void> {
    const rows = 'select from training where run_id = $1';
    while ((await this.partita.query(rows, [runId])).length === 0) await wait(50);
    const [run] = await this.partita.query('select status from run where id = $1', [runId]);
    expect(run?.['status']).toBe('RUNNING');
  }

  fillDisk(): void {
    writeFileSync(this.full, '');
  }

  judge(runId: string): Promise<Judged> {
    return judge(this.#url(), runId);
  }

  /** Whatever does not fit in the whole record, or in the bytes of the run. */
  faultsOf(runId: string): Promise<readonly string[]> {
    return faults(this.#url(), runId, join(this.partita.folder, '.partita', 'objects'));
  }

  #url(): string {
    const folder = join(this.partita.folder, '.partita');
    const port = findPostgres(folder)?.port ?? 0;
    return postgresUrl({ port, password: postgresPassword(folder) }, 'partita');
  }
}

/** The result of a run that ends well. */
export async function endOf({ ended }: Running): Promise<RunResult> {
  const { code, stdout, stderr } = await ended;
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as RunResult;
}
