import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';
import { testFolder } from './support/test-folder.ts';

describe('the configuration', () => {
  it('needs no variable at all', () => {
    const at = testFolder();
    const config = readConfig({}, at);
    expect(config).toMatchObject({ databaseUrl: null, dataUrl: null, temporal: null });
    expect(config.folder).toBe(join(at, '.partita'));
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('uses the .partita folder of the nearest folder upwards that has one', () => {
    const at = testFolder();
    mkdirSync(join(at, '.partita'));
    mkdirSync(join(at, 'a/b'), { recursive: true });
    expect(readConfig({}, join(at, 'a/b')).folder).toBe(join(at, '.partita'));
    mkdirSync(join(at, 'a/.partita'));
    expect(readConfig({}, join(at, 'a/b')).folder).toBe(join(at, 'a/.partita'));
  });

  it('names one folder in one way, whatever links lead there', () => {
    const at = testFolder();
    mkdirSync(join(at, 'real'));
    symlinkSync(join(at, 'real'), join(at, 'link'));
    const environment = { PARTITA_FOLDER: 'link/state' };
    expect(readConfig(environment, at).folder).toBe(join(at, 'real/state'));
  });

  it('takes a database and a Temporal of one’s own', () => {
    const config = readConfig({
      DATABASE_URL: 'postgres://me:secret@db.example:5432/lineage',
      TEMPORAL_ADDRESS: 'temporal.example:7233',
      TEMPORAL_NAMESPACE: 'models',
    });
    expect(config.databaseUrl).toContain('db.example');
    expect(config.temporal).toEqual({
      address: 'temporal.example:7233',
      namespace: 'models',
      tls: false,
    });
  });

  it('keeps objects in a bucket where one is named, and reads no credentials', () => {
    expect(readConfig({ AWS_ENDPOINT_URL: 'nonsense' }).objects).toBeNull();
    const aws = { AWS_REGION: 'eu-central-1', AWS_SECRET_ACCESS_KEY: 'secret' };
    const config = readConfig({ PARTITA_OBJECTS: 's3://models/of/mine/', ...aws });
    expect(config.objects).toEqual({
      bucket: 'models',
      prefix: 'of/mine/',
      address: 's3://models/of/mine/',
      isPathStyle: false,
      variables: Object.keys(aws),
    });
    expect(JSON.stringify(config.objects)).not.toContain('"secret"');
    const own = { PARTITA_OBJECTS: 's3://models', AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000' };
    expect(readConfig(own).objects).toMatchObject({ prefix: '', isPathStyle: true });
    const hosts = { ...own, PARTITA_OBJECTS_PATH_STYLE: 'false' };
    expect(readConfig(hosts).objects?.isPathStyle).toBe(false);
    const nowhere = { ...own, AWS_ENDPOINT_URL_S3: '127.0.0.1:9000' };
    expect(() => readConfig(nowhere)).toThrow(/^AWS_ENDPOINT_URL_S3 .* http:\/\/ or https:\/\//);
  });

  it.each([
    'models',
    's3://',
    's3://M',
    'https://models',
    's3://key:secret@models',
    's3://models?secret',
  ])('takes no %s for the address of a bucket, and does not repeat it', (address) => {
    const reading = () => readConfig({ PARTITA_OBJECTS: address });
    expect(reading).toThrow(/PARTITA_OBJECTS is no address of a bucket: .* s3:\/\/BUCKET/);
    expect(reading).not.toThrow(/secret/);
  });

  it('has runs traced where an address for traces is set, and they are not switched off', () => {
    const set = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_SERVICE_NAME: 'mine' };
    expect(readConfig({}).traces).toBeNull();
    expect(readConfig({ OTEL_SERVICE_NAME: 'mine' }).traces).toBeNull();
    expect(readConfig(set).traces).toEqual({ variables: Object.keys(set) });
    expect(readConfig({ ...set, OTEL_SDK_DISABLED: 'TRUE' }).traces).toBeNull();
    expect(readConfig({ ...set, OTEL_TRACES_EXPORTER: 'none' }).traces).toBeNull();
    const other = { ...set, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    expect(() => readConfig(other)).toThrow('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf');
    const nowhere = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'collector:4317' };
    expect(() => readConfig(nowhere)).toThrow('http:// or https://');
  });

  it('pins runs to versions of workers only with a Temporal of one’s own', () => {
    const pinned = { PARTITA_WORKER_VERSIONING: 'pinned' };
    expect(readConfig({}).isPinned).toBe(false);
    expect(() => readConfig(pinned)).toThrow('TEMPORAL_ADDRESS');
    expect(readConfig({ ...pinned, TEMPORAL_ADDRESS: 'here:7233' }).isPinned).toBe(true);
  });

  it('never sends an API key in clear text unless told to', () => {
    const environment = { TEMPORAL_ADDRESS: 'cloud.example:7233', TEMPORAL_API_KEY: 'key' };
    expect(readConfig(environment).temporal).toMatchObject({ tls: true, apiKey: 'key' });
    expect(readConfig({ ...environment, TEMPORAL_TLS: '0' }).temporal?.tls).toBe(false);
  });

  it('takes a key without the line’s end behind it, and none that no header can carry', () => {
    const cloud = { TEMPORAL_ADDRESS: 'cloud.example:7233' };
    const temporal = readConfig({ ...cloud, TEMPORAL_API_KEY: 'key\n' }).temporal;
    expect(temporal).toMatchObject({ apiKey: 'key' });
    for (const name of ['TEMPORAL_API_KEY', 'OPENLINEAGE_API_KEY']) {
      const reading = () => readConfig({ ...cloud, [name]: 'hush\nhush' });
      expect(reading).toThrow(`${name} holds letters that no header can carry`);
      expect(reading).not.toThrow('hush');
    }
  });

  it('takes no address with credentials for lineage events, and does not repeat it', () => {
    const reading = () => readConfig({ OPENLINEAGE_URL: 'http://me:hush@host' });
    expect(reading).toThrow(/OPENLINEAGE_URL holds a name or a password: .* OPENLINEAGE_API_KEY/);
    expect(reading).not.toThrow('hush');
  });

  it('takes certificates for both ends of a connection to Temporal, whole pairs of files only', () => {
    const at = testFolder();
    const [certificate, key, ca] = ['me.pem', 'me.key', 'ca.pem'].map((name) => {
      writeFileSync(join(at, name), '');
      return join(at, name);
    }) as [string, string, string];
    const environment = {
      TEMPORAL_ADDRESS: 'cloud.example:7233',
      TEMPORAL_TLS_CLIENT_CERT_PATH: certificate,
      TEMPORAL_TLS_CLIENT_KEY_PATH: key,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: ca,
      TEMPORAL_TLS_SERVER_NAME: 'temporal.internal',
    };
    expect(readConfig(environment).temporal).toMatchObject({
      tls: true,
      certificates: {
        client: { certificate, key },
        serverCa: ca,
        serverName: 'temporal.internal',
      },
    });
    const half = { ...environment, TEMPORAL_TLS_CLIENT_KEY_PATH: '' };
    expect(messageOf(() => readConfig(half))).toContain('belong together');
    const gone = { ...environment, TEMPORAL_TLS_SERVER_CA_CERT_PATH: join(at, 'none.pem') };
    expect(messageOf(() => readConfig(gone))).toContain('there is no such file');
  });

  it('hands on whole paths of certificates, for a worker works in another folder', () => {
    const at = testFolder();
    writeFileSync(join(at, 'ca.pem'), '');
    const from = relative(process.cwd(), join(at, 'ca.pem'));
    const config = readConfig({
      TEMPORAL_ADDRESS: 'cloud.example:7233',
      TEMPORAL_TLS_CLIENT_CERT_PATH: from,
      TEMPORAL_TLS_CLIENT_KEY_PATH: from,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: from,
    });
    const path = join(at, 'ca.pem');
    expect(config.temporal?.certificates).toEqual({
      client: { certificate: path, key: path },
      serverCa: path,
    });
  });

  it.each(['127.0.0.1:9464', '0.0.0.0:0', '[::1]:9464'])('takes %s for metrics', (address) => {
    expect(readConfig({ PARTITA_METRICS_ADDRESS: address }).metricsAddress).toBe(address);
  });

  it.each(['localhost:9464', '127.0.0.1', '127.0.0.1:99999', '::1:9464', '[127.0.0.1]:1', ':1'])(
    'refuses %s for metrics: a worker could not listen there',
    (address) => {
      const message = messageOf(() => readConfig({ PARTITA_METRICS_ADDRESS: address }));
      expect(message).toContain(`PARTITA_METRICS_ADDRESS is "${address}"`);
      expect(message).toContain('an IP address with a port');
    },
  );

  it('takes keys for what Temporal keeps, from a variable or a file, and shows none of them', () => {
    const [old, young] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const text = `${young.toString('base64')},${old.toString('base64')}`;
    const file = join(testFolder(), 'keys');
    writeFileSync(file, `${text}\n`);
    for (const set of [text, pathToFileURL(file).href])
      expect(readConfig({ PARTITA_PAYLOAD_KEY: set }).payload?.keys).toEqual([young, old]);
    expect(readConfig({}).payload).toBeNull();
    for (const wrong of ['c2hvcnQ=', 'file:///no/such/file', `${text},`]) {
      const message = messageOf(() => readConfig({ PARTITA_PAYLOAD_KEY: wrong }));
      expect(message).toContain('PARTITA_PAYLOAD_KEY holds no keys');
      expect(message).not.toContain(wrong);
    }
  });

  it('treats an empty variable as unset', () => {
    expect(readConfig({ DATABASE_URL: '', TEMPORAL_ADDRESS: '' })).toMatchObject({
      databaseUrl: null,
      temporal: null,
    });
  });

  it('names every variable that makes no sense, and never a value that can hold a password', () => {
    const nonsense = {
      DATABASE_URL: 'mysql://me:hunter2@db/x',
      TEMPORAL_ADDRESS: 'http://temporal:7233',
      TEMPORAL_TLS: 'perhaps',
      TEMPORAL_CLI: '/no/such/program',
    };
    const message = messageOf(() => readConfig(nonsense));
    for (const name of Object.keys(nonsense)) expect(message).toContain(name);
    expect(message).toContain('"/no/such/program"');
    expect(message).not.toContain('hunter2');
  });

  it.each(['postgres://host', 'postgresql://host/', 'host:5432/db', 'http://host/db'])(
    'refuses %s as the address of a database',
    (url) => {
      expect(() => readConfig({ DATABASE_URL: url })).toThrow(
        expect.objectContaining({ kind: 'usage' }),
      );
    },
  );
});

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
