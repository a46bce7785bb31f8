import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePartitaFolder, runFolder } from '../../src/embedded/partita-folder.ts';
import { findProcesses, isAlive, waitForEnd } from '../../src/embedded/process-identity.ts';
import { startTemporal, stopTemporal, type TemporalServer } from '../../src/embedded/temporal.ts';
import { listenersOf } from '../support/listeners.ts';
import { temporalPath } from '../support/temporal.ts';
import { makeFolder } from '../support/test-folder.ts';

/** One server through the whole file. */
describe('the embedded Temporal server', () => {
  const base = makeFolder();
  const folder = join(base, '.partita');
  let server: TemporalServer;
  const start = (): Promise<TemporalServer> => startTemporal(folder, temporalPath, () => undefined);
  const workflow = (id: string): string =>
    `http://127.0.0.1:${server.ports.http}/api/v1/namespaces/default/workflows/${id}`;

  beforeAll(async () => {
    ensurePartitaFolder(folder);
    server = await start();
  });
  afterAll(async () => {
    await stopTemporal(folder);
    rmSync(base, { recursive: true, force: true });
  });

  it('listens on loopback only, on the ports that are recorded', () => {
    const listeners = listenersOf(server.process.pid);
    expect(listeners.filter((listener) => !listener.loopback)).toEqual([]);
    const ports = listeners.map((listener) => listener.port);
    expect(ports).toEqual(expect.arrayContaining(Object.values(server.ports)));
  });

  it('keeps its database and its record to their owner', () => {
    expect(statSync(join(folder, 'temporal')).mode & 0o777).toBe(0o700);
    expect(statSync(join(runFolder(folder), 'temporal.json')).mode & 0o777).toBe(0o600);
    expect(statSync(runFolder(folder)).mode & 0o777).toBe(0o700);
  });

  it('is adopted by the next start, which asks for no program', async () => {
    const again = await startTemporal(
      folder,
      () => Promise.reject(new Error('asked')),
      () => undefined,
    );
    expect(again).toEqual({ ...server, adopted: true });
  });

  it('comes back on the same ports with its workflows after a hard kill', async () => {
    const started = await fetch(workflow('kept'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ workflowType: { name: 'w' }, taskQueue: { name: 'q' } }),
    });
    expect(started.status).toBe(200);
    process.kill(server.process.pid, 'SIGKILL');
    await waitForEnd(server.process, 10_000);
    const before = server;
    server = await start();
    expect(server.adopted).toBe(false);
    expect(server.ports).toEqual(before.ports);
    expect((await fetch(workflow('kept'))).status).toBe(200);
  });

  it('is never started beside another one on its database, even when the record is lost', async () => {
    rmSync(join(runFolder(folder), 'temporal.json'));
    const before = server;
    server = await start();
    expect(isAlive(before.process)).toBe(false);
    const database = join(folder, 'temporal', 'temporal.sqlite');
    expect(findProcesses(database)).toEqual([server.process]);
  });

  it('is started anew when its record cannot be read', async () => {
    writeFileSync(join(runFolder(folder), 'temporal.json'), '{"process":');
    server = await start();
    expect((await fetch(workflow('kept'))).status).toBe(200);
  });

  it('is tried again with other ports when one was taken, whatever it says after that', async () => {
    const root = makeFolder();
    const elsewhere = join(root, '.partita');
    ensurePartitaFolder(elsewhere);
    const program = join(elsewhere, 'temporal.sh');
    const once = join(elsewhere, 'tried');
    const panic = [
      'bind: address already in use',
      'panic: nil pointer',
      '',
      'goroutine 136',
      'Start',
    ];
    writeFileSync(
      program,
      `#!/bin/sh\nif [ -e ${once} ]; then exec ${await temporalPath()} "$@"; fi\ntouch ${once}\nprintf '%s\\n' ${panic.map((line) => `'${line}'`).join(' ')} >&2\nexit 2\n`,
      { mode: 0o700 },
    );
    const started = await startTemporal(
      elsewhere,
      () => Promise.resolve(program),
      () => undefined,
    );
    try {
      expect([started.adopted, existsSync(once)]).toEqual([false, true]);
    } finally {
      await stopTemporal(elsewhere);
      rmSync(root, { recursive: true, force: true });
    }
  });

  it('fails with its last words when the program is no server', async () => {
    await stopTemporal(folder);
    const attempt = startTemporal(
      folder,
      async () => '/bin/false',
      () => undefined,
    );
    await expect(attempt).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('/bin/false'),
    });
    const absent = startTemporal(
      folder,
      async () => '/no/such',
      () => undefined,
    );
    await expect(absent).rejects.toMatchObject({ kind: 'unreachable' });
  });

  it('is gone after a stop, and stopping twice is no error', async () => {
    server = await start();
    expect(await stopTemporal(folder)).toBe(true);
    expect(isAlive(server.process)).toBe(false);
    expect(await stopTemporal(folder)).toBe(false);
  });
});
