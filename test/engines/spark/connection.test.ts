import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { query, range } from '../../../src/engines/spark/connect/plan.ts';
import { parseRemote } from '../../../src/engines/spark/connect/remote.ts';
import { isOperationGone } from '../../../src/engines/spark/connect/spark-error.ts';
import {
  type SessionOptions,
  SparkSession,
} from '../../../src/engines/spark/connect/spark-session.ts';
import { type CuttableProxy, startCuttableProxy } from '../../support/cuttable-proxy.ts';
import { startTestSpark, type TestSpark } from '../../support/spark.ts';
import { failureOf, numbersOf } from '../../support/spark-rows.ts';
import { testFolder } from '../../support/test-folder.ts';

const TOKEN = 'open-sesame';
const MINUTE = 60_000;

describe('the connection to Spark Connect', { timeout: 2 * MINUTE }, () => {
  let spark: TestSpark;

  beforeAll(async () => {
    spark = await startTestSpark({
      conf: {
        'spark.connect.authenticate.token': TOKEN,
        // Small, so that streams end in the middle and rows come in many batches.
        'spark.connect.execute.reattachable.senderMaxStreamSize': '256k',
        'spark.connect.grpc.arrow.maxBatchSize': '64k',
      },
    });
  }, 2 * MINUTE);
  afterAll(() => spark?.stop(), MINUTE);

  const open = (options?: SessionOptions, port = spark.port) =>
    SparkSession.open(parseRemote(`sc://127.0.0.1:${port}/;token=${TOKEN}`), options);

  it('carries the token', async () => {
    const session = await open();
    expect(session.version).toMatch(/^4\./);
    await session.release();
  });

  it('is encrypted where the address says so, and checks who answers', async () => {
    const { keys, certificate } = makeCertificate();
    const server = createServer(
      { pfx: keys, passphrase: PASSWORD, ALPNProtocols: ['h2'] },
      (client) => {
        const target = connect(spark.port, '127.0.0.1');
        client.on('error', () => target.destroy());
        target.on('error', () => client.destroy());
        client.pipe(target).pipe(client);
      },
    );
    const port = await listen(server);
    const remote = parseRemote(`sc://localhost:${port}/;use_ssl=true;token=${TOKEN}`);
    const session = await SparkSession.open(remote, { rootCertificates: certificate });
    expect(session.version).toMatch(/^4\./);
    await session.release();
    const stranger = await SparkSession.open(remote).catch((error: unknown) => error);
    expect(stranger).toMatchObject({ kind: 'unreachable' });
    server.close();
  });

  it('names the address that can not be reached', async () => {
    const proxy = await startCuttableProxy(spark.port);
    await proxy.close();
    const failure = await open({}, proxy.port).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'unreachable' });
    expect(failure).toHaveProperty('message', expect.stringContaining(`127.0.0.1:${proxy.port}`));
  });

  it.each(['', ';token=wrong'])('says that the server refuses the token "%s"', async (token) => {
    const remote = parseRemote(`sc://127.0.0.1:${spark.port}/${token}`);
    const failure = await SparkSession.open(remote).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'unreachable' });
    expect(failure).toHaveProperty('message', expect.stringMatching(/127\.0\.0\.1.*token/));
    expect(failure).toHaveProperty('message', expect.not.stringContaining('wrong'));
  });

  describe('over a bad network', () => {
    const ROWS = 400_000;
    let proxy: CuttableProxy;
    let distant: SparkSession;

    beforeAll(async () => {
      proxy = await startCuttableProxy(spark.port);
      distant = await open({ waitsMs: Array.from({ length: 100 }, () => 50) }, proxy.port);
    });
    afterEach(() => proxy.cut());
    afterAll(async () => {
      await distant?.release();
      await proxy?.close();
    });

    it('gives every row once and in order when the connection breaks in the middle', async () => {
      const ids: number[] = [];
      let cuts = 0;
      for await (const event of distant.execute(query(range(ROWS, 4)))) {
        if (event.kind !== 'batch') continue;
        ids.push(...numbersOf(event.arrow));
        if (ids.length > (cuts + 1) * 100_000) {
          cuts += 1;
          proxy.cut();
        }
      }
      expect(cuts).toBe(3);
      expect(proxy.connectionCount()).toBeGreaterThan(3);
      expect(ids).toHaveLength(ROWS);
      expect(ids.every((id, i) => id === i)).toBe(true);
    });

    it('asks again when a call breaks', async () => {
      proxy.cut();
      expect(await distant.getConfig(['spark.sql.shuffle.partitions'])).toEqual({
        'spark.sql.shuffle.partitions': '4',
      });
    });

    it('goes on from a response in another process, as a retried activity does', async () => {
      const options = { sessionId: randomUUID(), waitsMs: [] };
      const first = await open(options, proxy.port);
      const operationId = randomUUID();
      const ids: number[] = [];
      let after = '';
      const failure = await (async () => {
        for await (const event of first.execute(query(range(ROWS, 4)), { operationId })) {
          if (event.kind !== 'batch') continue;
          if (ids.length > 150_000) proxy.cut();
          ids.push(...numbersOf(event.arrow));
          after = event.responseId;
        }
      })().catch((error: unknown) => error);
      expect(failure).toMatchObject({ kind: 'unreachable' });
      expect(ids.length).toBeLessThan(ROWS);
      first.close();

      const second = await open({ sessionId: options.sessionId });
      for await (const event of second.attach(operationId, after))
        if (event.kind === 'batch') ids.push(...numbersOf(event.arrow));
      expect(ids).toHaveLength(ROWS);
      expect(ids.every((id, i) => id === i)).toBe(true);
      const gone = await failureOf(second.attach(operationId));
      expect(isOperationGone(gone)).toBe(true);
      await second.release();
    });
  });
});

const PASSWORD = 'changeit';

/** Keys of a server on this machine that nobody vouches for, and its certificate. Java, which Spark needs, has the tool. */
function makeCertificate(): { readonly keys: Buffer; readonly certificate: Buffer } {
  const store = join(testFolder(), 'keys.p12');
  const at = ['-alias', 'spark', '-keystore', store, '-storepass', PASSWORD];
  const identity = ['-dname', 'CN=localhost', '-ext', 'san=dns:localhost', '-keyalg', 'EC'];
  const java = process.env['JAVA_HOME'];
  const keytool = java ? join(java, 'bin', 'keytool') : 'keytool';
  execFileSync(keytool, ['-genkeypair', ...at, ...identity, '-storetype', 'PKCS12'], {
    stdio: 'ignore',
  });
  const certificate = execFileSync(keytool, ['-exportcert', '-rfc', ...at], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return { keys: readFileSync(store), certificate };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
