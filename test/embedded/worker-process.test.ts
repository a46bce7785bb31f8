import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensurePartitaFolder, runFolder } from '../../src/embedded/partita-folder.ts';
import { isAlive, waitForEnd } from '../../src/embedded/process-identity.ts';
import { startWorker, stopWorker, type WorkerLaunch } from '../../src/embedded/worker-process.ts';
import { compileForProcess } from '../support/compiled.ts';
import { makeFolder } from '../support/test-folder.ts';

describe('the background worker', () => {
  let entry: string;
  let base: string;
  let launch: WorkerLaunch;

  beforeAll(async () => {
    entry = await compileForProcess(join(import.meta.dirname, '../support/ready-worker.ts'));
  });
  afterAll(() => rmSync(entry));
  beforeEach(() => {
    base = makeFolder();
    const folder = join(base, '.partita');
    ensurePartitaFolder(folder);
    launch = {
      folder,
      entry,
      code: 'one',
      connections: { DATABASE_URL: 'postgres://here/db', TEMPORAL_ADDRESS: 'here:1' },
      environment: { PATH: process.env['PATH'], DATABASE_URL: 'postgres://old/db' },
      say: () => undefined,
    };
  });
  afterEach(async () => {
    await stopWorker(launch.folder);
    rmSync(base, { recursive: true, force: true });
  });

  it('is told where everything is, and is up when it says so', async () => {
    const { process: worker, adopted } = await startWorker(launch);
    expect(adopted).toBe(false);
    expect(isAlive(worker)).toBe(true);
    expect(JSON.parse(readFileSync(join(launch.folder, 'seen.json'), 'utf8'))).toEqual({
      args: ['worker'],
      DATABASE_URL: 'postgres://here/db',
      TEMPORAL_ADDRESS: 'here:1',
    });
  });

  it('is adopted by whoever has the same code and connections', async () => {
    const first = await startWorker(launch);
    expect(await startWorker(launch)).toEqual({ process: first.process, adopted: true });
  });

  it('is replaced when the code changed', async () => {
    const first = await startWorker(launch);
    const second = await startWorker({ ...launch, code: 'two' });
    expect(isAlive(first.process)).toBe(false);
    expect(second.adopted).toBe(false);
  });

  it('is replaced when a database moved', async () => {
    const first = await startWorker(launch);
    await startWorker({ ...launch, connections: { DATABASE_URL: 'postgres://there/db' } });
    expect(isAlive(first.process)).toBe(false);
  });

  it('is replaced when a key changed in the file that holds it', async () => {
    const having = (key: number): WorkerLaunch => ({ ...launch, keys: [Buffer.alloc(32, key)] });
    const first = await startWorker(having(1));
    expect(await startWorker(having(1))).toEqual({ ...first, adopted: true });
    await startWorker(having(2));
    expect(isAlive(first.process)).toBe(false);
  });

  it('is replaced when a certificate changed in its file', async () => {
    const certificate = join(base, 'client.pem');
    const having = (text: string): WorkerLaunch => {
      writeFileSync(certificate, text);
      return { ...launch, files: [certificate] };
    };
    const first = await startWorker(having('of this year'));
    expect(await startWorker(having('of this year'))).toEqual({ ...first, adopted: true });
    await startWorker(having('of next year'));
    expect(isAlive(first.process)).toBe(false);
  });

  it('is replaced when a spec refers to a variable that it has otherwise or not at all', async () => {
    const asking = (SOURCE_URL: string): WorkerLaunch => ({
      ...launch,
      environment: { ...launch.environment, SOURCE_URL },
      secrets: ['SOURCE_URL'],
    });
    const without = await startWorker(launch);
    const first = await startWorker(asking('postgres://one/db'));
    expect(isAlive(without.process)).toBe(false);
    expect(await startWorker(asking('postgres://one/db'))).toEqual({ ...first, adopted: true });
    expect(await startWorker(launch)).toEqual({ ...first, adopted: true });
    await startWorker(asking('postgres://two/db'));
    expect(isAlive(first.process)).toBe(false);
    expect(readFileSync(join(runFolder(launch.folder), 'worker.json'), 'utf8')).not.toContain(
      'postgres://',
    );
  });

  it('is started anew after a hard kill', async () => {
    const first = await startWorker(launch);
    process.kill(first.process.pid, 'SIGKILL');
    await waitForEnd(first.process, 10_000);
    expect((await startWorker(launch)).adopted).toBe(false);
  });

  it('fails with the last words of its log when it ends before it is ready', async () => {
    const environment = { ...launch.environment, BREAKS: '1' };
    await expect(startWorker({ ...launch, environment })).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('worker.log'),
    });
    const log = readFileSync(join(launch.folder, 'log', 'worker.log'), 'utf8');
    expect(log).toContain('the bundle is broken');
  });

  it('keeps its passwords out of its record', async () => {
    await startWorker(launch);
    const path = join(runFolder(launch.folder), 'worker.json');
    expect(readFileSync(path, 'utf8')).not.toContain('postgres://');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is gone after a stop, and stopping twice is no error', async () => {
    const { process: worker } = await startWorker(launch);
    expect(await stopWorker(launch.folder)).toBe(true);
    expect(isAlive(worker)).toBe(false);
    expect(await stopWorker(launch.folder)).toBe(false);
  });
});
