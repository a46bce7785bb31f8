import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import pg from 'pg';
import { queryServer } from '../../src/embedded/server-query.ts';
import { payloadCodec } from '../../src/temporal/payload-codec.ts';
import { seededDraws } from './draws.ts';
import { Partita } from './partita.ts';
import { startTestPostgres } from './postgres.ts';
import { Receiver } from './receiver.ts';
import { BUCKET, startTestS3, type TestS3 } from './s3.ts';
import type { Needle } from './searched.ts';
import { startTestTemporal } from './temporal.ts';

/** The name of the experiment and of a column: whatever tells of a run has it. */
export const MARK = 'looked_here';

/** A program all of whose servers are elsewhere, and ask for a secret. */
export type SecretStack = {
  readonly partita: Partita;
  readonly secrets: readonly Needle[];
  /** Where runs and lineage are kept. */
  readonly databaseUrl: string;
  readonly s3: TestS3;
  readonly temporal: Client;
  readonly codec: PayloadCodec;
  /** Of lineage events, traces and what goes to MLflow: refuses it all, and repeats the key that it is shown. */
  readonly receiver: Receiver;
  /** Has whoever reads the table `held` wait until the returned function is called. */
  hold(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
};

export async function startSecretStack(): Promise<SecretStack> {
  const partita = new Partita();
  const receiver = new Receiver();
  const [postgres, temporal, s3] = await Promise.all([
    startTestPostgres(),
    startTestTemporal(['--db-filename', join(partita.folder, 'temporal.db')]),
    startTestS3(),
    receiver.up(),
  ]);
  const secrets: Needle[] = [];
  const secret = (name: string): string => {
    const text = `canary-${randomBytes(12).toString('hex')}`;
    secrets.push({ name, forms: [text] });
    return text;
  };
  const [lineage, shop] = await Promise.all([postgres.createDatabase(), postgres.createDatabase()]);
  /** An account with a password that has to be escaped in an address. */
  const account = async (role: string, database: string): Promise<string> => {
    const password = `${secret(`the password of ${role}`)}@/%`;
    await queryServer(postgres.url, `create role ${role} login password '${password}'`);
    return addressOf(database, role, password);
  };
  const ownerUrl = await account('keeper', lineage.url);
  const databaseUrl = await account('writer', lineage.url);
  const sourceUrl = await account('reader', shop.url);
  const dataUrl = await account('filler', shop.url);
  await queryServer(
    lineage.url,
    `alter database ${new URL(lineage.url).pathname.slice(1)} owner to keeper`,
  );
  await fillShop(shop.url, dataUrl);
  const key = Buffer.from(randomBytes(16).toString('hex'));
  const keyText = key.toString('base64');
  secrets.push({ name: 'the payload key', forms: [keyText, key.toString('latin1')] });
  const [events, traces, tracking] = ['lineage events', 'traces', 'MLflow'].map((of) =>
    secret(`the key of ${of}`),
  );
  receiver.status = 422;
  receiver.says = (authorization) => `Nothing is taken from ${authorization}.`;
  Object.assign(partita.environment, {
    DATABASE_URL: databaseUrl,
    DATABASE_OWNER_URL: ownerUrl,
    PARTITA_DATA_URL: dataUrl,
    SOURCE_URL: sourceUrl,
    WRONG_URL: addressOf(shop.url, 'reader', secret('a password that is wrong')),
    PARTITA_PAYLOAD_KEY: keyText,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_TLS: 'false',
    TEMPORAL_API_KEY: secret('the key of Temporal'),
    ...s3.environment,
    PARTITA_OBJECTS: `s3://${BUCKET}/runs`,
    AWS_ACCESS_KEY_ID: secret('the name of the key of S3'),
    AWS_SECRET_ACCESS_KEY: secret('the key of S3'),
    OPENLINEAGE_URL: receiver.url,
    OPENLINEAGE_API_KEY: events,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${traces}`,
    MLFLOW_TRACKING_URI: receiver.url,
    MLFLOW_TRACKING_TOKEN: tracking,
  });
  return {
    partita,
    secrets,
    databaseUrl: lineage.url,
    s3,
    temporal: temporal.client,
    codec: payloadCodec([key]),
    receiver,
    hold: async () => {
      const holder = new pg.Client({ connectionString: shop.url });
      await holder.connect();
      await holder.query('select pg_advisory_lock(1)');
      return () => holder.end();
    },
    stop: async () => {
      await partita.stop();
      await Promise.all([temporal.teardown(), s3.stop(), receiver.down()]);
      await postgres.stop();
    },
  };
}

function addressOf(database: string, role: string, password: string): string {
  const url = new URL(database);
  url.username = role;
  url.password = encodeURIComponent(password);
  return url.href;
}

/** A table to learn from, the same behind a lock, and one that, once it is read, fails with the address that its reader came by. */
async function fillShop(url: string, readerUrl: string): Promise<void> {
  const draws = seededDraws(11);
  const rows = ['north', 'south'].flatMap((kind) =>
    Array.from({ length: 60 }, () => {
      const [mark, other] = [draws.normal(), draws.normal()];
      return { kind, [MARK]: mark, other, y: mark + 0.3 * other > 0 ? 'up' : 'down' };
    }),
  );
  const columns = `kind text, ${MARK} double precision, other double precision, y text`;
  await queryServer(url, `create table readings (${columns})`);
  await queryServer(
    url,
    'insert into readings select * from json_populate_recordset(null::readings, $1)',
    [JSON.stringify(rows)],
  );
  await queryServer(
    url,
    `create function told() returns setof readings language plpgsql as
       $$ begin raise exception 'no way on to %', '${readerUrl}'; end $$`,
  );
  await queryServer(url, 'create view broken as select * from told()');
  await queryServer(
    url,
    `create view held as
       select readings.* from readings, (select pg_advisory_xact_lock_shared(1)) as lock`,
  );
  await queryServer(url, 'grant select on readings, held, broken to reader, filler');
}
