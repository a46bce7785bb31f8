import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { connectLiveRuns } from '../../src/temporal/runs.ts';
import { installRuntime, runWorker } from '../../src/temporal/worker.ts';
import { fakeActivities } from '../support/fake-activities.ts';
import { startTestTemporal } from '../support/temporal.ts';
import { makeFolder } from '../support/test-folder.ts';

/** Temporal behind TLS that asks who we are, with certificates that OpenSSL makes. */
const folder = makeFolder();
const pathOf = (name: string) => join(folder, name);
let temporal: TestWorkflowEnvironment;
let front: Server;
const sockets = new Set<Socket>();

beforeAll(async () => {
  installRuntime(null);
  for (const name of ['server', 'client', 'stranger']) makeCertificate(name);
  temporal = await startTestTemporal();
  front = await startFront(Number(temporal.address.split(':').at(-1)));
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => front?.close(resolve));
  await temporal?.teardown();
});

/** One that vouches for itself: `NAME.pem` and `NAME.key`. */
function makeCertificate(name: string): void {
  const subject = ['-subj', `/CN=${name}.test`, '-addext', `subjectAltName=DNS:${name}.test`];
  const files = ['-keyout', pathOf(`${name}.key`), '-out', pathOf(`${name}.pem`)];
  // Workers take no certificate for a server's that may vouch for others.
  const alone = ['-addext', 'basicConstraints=critical,CA:FALSE'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', ...kind, ...subject, ...alone, ...files], { stdio: 'ignore' });
}

/** Lets in who shows the client's certificate, and leads on to the port. */
async function startFront(port: number): Promise<Server> {
  const server = createServer(
    {
      cert: readFileSync(pathOf('server.pem')),
      key: readFileSync(pathOf('server.key')),
      ca: readFileSync(pathOf('client.pem')),
      requestCert: true,
      rejectUnauthorized: true,
      ALPNProtocols: ['h2'],
    },
    (client) => {
      const target = connect(port, '127.0.0.1');
      for (const socket of [client, target]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.once('close', () => {
          client.destroy();
          target.destroy();
        });
      }
      client.pipe(target).pipe(client);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** As a user sets it. */
function addressAs(name: string) {
  const { port } = front.address() as { readonly port: number };
  const { temporal: at } = readConfig({
    TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
    TEMPORAL_TLS_CLIENT_CERT_PATH: pathOf(`${name}.pem`),
    TEMPORAL_TLS_CLIENT_KEY_PATH: pathOf(`${name}.key`),
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: pathOf('server.pem'),
    TEMPORAL_TLS_SERVER_NAME: 'server.test',
  });
  if (at === null) throw new Error('An address was set.');
  return at;
}

describe('Temporal behind TLS', () => {
  it('is reached by client and worker with the certificate that it knows', async () => {
    const at = addressAs('client');
    const stop = new AbortController();
    const { activities } = fakeActivities();
    let running = Promise.resolve();
    await new Promise<void>((ready, refused) => {
      running = runWorker({ temporal: at, activities, concurrency: 2 }, stop.signal, ready);
      running.catch(refused);
    });
    const runs = await connectLiveRuns(at);
    const about = { experiment: 'tls', spec: 'sha256:00', mode: 'fresh' };
    await runs.start('run:tls', { runId: 'tls', concurrency: 1 }, about);
    await runs.end('run:tls');
    await runs.close();
    stop.abort();
    await running;
    const { status } = await temporal.client.workflow.getHandle('run:tls').describe();
    expect(status.name).toBe('COMPLETED');
  });

  it('turns another one away, with the address', async () => {
    const at = addressAs('stranger');
    await expect(connectLiveRuns(at)).rejects.toThrow(at.address);
  });
});
