import { existsSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, describe, expect, it } from 'vitest';
import type { StatusResult } from '../../src/cli/commands/status.ts';
import type { RunResult } from '../../src/domain/result.ts';
import { Partita, type SpecWishes } from '../support/partita.ts';

/** Nobody listens there: the port was free a moment ago. */
const port = await freePort();
const SECRET = 'a-password-nobody-may-see';
const partita = new Partita();
afterAll(() => partita.stop(), 120_000);

const GOOD = 'k,x,y\na,1,p\na,2,q\nb,1,p\nb,2,q\n';
const wishes: SpecWishes = {
  data: { source: { kind: 'csv', path: 'data.csv' } },
  partition: { by: 'k' },
  target: { column: 'y', task: 'classification' },
  algorithms: ['baseline'],
};
const source = (path: string): SpecWishes => ({
  ...wishes,
  data: { source: { kind: 'csv', path } },
});

describe('before anything is started', () => {
  it.each([
    ['a command that there is not', ['trian', 'x.yaml'], 2, "unknown command 'trian'"],
    ['an option that there is not', ['run', '--sede', '7'], 2, "unknown option '--sede'"],
    ['a spec that is not there', ['run', 'nowhere.yaml'], 2, 'nowhere.yaml'],
    ['a folder instead of a spec', ['run', '.'], 2, 'is a folder'],
  ] as const)('%s is refused', async (_what, args, code, message) => {
    const ended = await partita.command(...args);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).toContain(message);
  });

  it('a spec tells all of its errors, with place and nearest name', async () => {
    const spec = partita.write(
      'wrong.yaml',
      'version: 1\nname: wrong\ndata: { source: { kind: csv, path: data.csv } }\npartition: { by: k, min_row: 5 }\ntarget: { column: y, task: clasification }\nmetric: rmse\n',
    );
    const ended = await partita.command('run', spec, '--json');
    expect(ended.code).toBe(3);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      error: {
        kind: 'invalid-spec',
        problems: [
          { line: 4, column: 21, message: expect.stringContaining('min_rows') },
          { line: 5, message: expect.stringContaining('classification') },
        ],
      },
    });
  });

  it('a slip of YAML is one error', async () => {
    const spec = partita.write('slip.yaml', 'version: 1\ndata: { source: [csv }\nname: x\n');
    const { code, stderr } = await partita.command('run', spec);
    expect(code).toBe(3);
    expect(stderr.match(/slip\.yaml:\d+:\d+/g)).toHaveLength(1);
  });

  it('a password in a spec is refused, and not repeated', async () => {
    const spec = partita.writeSpec({
      ...wishes,
      data: { source: { kind: 'postgres', url: `postgres://me:${SECRET}@db/shop`, table: 't' } },
    });
    const { code, stderr } = await partita.command('run', spec);
    expect(code).toBe(3);
    expect(stderr).toContain('${env:');
    expect(stderr).not.toContain(SECRET);
  });

  it('a server that the environment names and nobody reaches is told', async () => {
    partita.write('data.csv', GOOD);
    const spec = partita.writeSpec(wishes);
    const lost = [
      { DATABASE_URL: `postgres://me:${SECRET}@127.0.0.1:${port}/runs` },
      {
        DATABASE_URL: `postgres://me:${SECRET}@127.0.0.1:${port}/runs`,
        TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
      },
    ];
    const ended = lost.map(async (environment) => {
      const elsewhere = new Partita(environment);
      const { code, stderr } = await elsewhere.command('run', spec);
      expect([code, stderr]).toEqual([7, expect.stringContaining(`127.0.0.1:${port}`)]);
      expect(stderr).not.toContain(SECRET);
      await elsewhere.stop();
    });
    await Promise.all(ended);
  });

  it.each([
    ['nowhere.csv', /There is no file `nowhere\.csv` in /],
    ['parts/*.csv', /There is no file `parts\/\*\.csv` in /],
    ['..', /is a folder: name its files/],
    ['circle.csv', /circle\.csv can't be opened \(ELOOP\)/],
  ])('the source file %s is refused', async (path, message) => {
    symlinkSync('circle.csv', join(partita.folder, 'circle.csv'));
    const ended = await partita.command('run', partita.writeSpec(source(path)));
    rmSync(join(partita.folder, 'circle.csv'));
    expect([ended.code, ended.stdout]).toEqual([4, '']);
    expect(ended.stderr).toMatch(message);
  });

  it('nothing has been started', () => {
    expect(existsSync(join(partita.folder, '.partita', 'postgres'))).toBe(false);
  });
});

describe('a source that can not be trained on', () => {
  const files: readonly (readonly [string, string, string])[] = [
    ['empty', '', 'empty.csv is empty.'],
    ['without rows', 'k,x,y\n', 'The source has columns, but no rows.'],
    ['without the target', 'k,x,z\na,1,p\nb,1,q\n', 'names the column `y`'],
    ['without a key', 'k,x,y\n,1,p\n,2,q\n', 'is missing in every row'],
  ];

  it('fails the run with the reason, as bad data', async () => {
    const runs = files.map(async ([name, text, message]) => {
      partita.write(`${name}.csv`, text);
      const spec = partita.writeSpec({ ...source(`${name}.csv`), name });
      return { message, ...(await partita.run(spec)) };
    });
    for (const { message, code, result } of await Promise.all(runs)) {
      expect(result.error).toContain(message);
      expect([code, result.status, result.partitions]).toEqual([4, 'FAILED', []]);
    }
  }, 240_000);

  it('is told from one that can not be reached, and from one whose address is not known', async () => {
    const url = '${env:SOURCE_URL}';
    const spec = partita.writeSpec({
      ...wishes,
      data: { source: { kind: 'postgres', url, table: 'sales' } },
    });
    const unknown = await partita.command('run', spec);
    expect([unknown.code, unknown.stderr]).toEqual([3, expect.stringContaining('SOURCE_URL')]);

    // The worker runs already, without the variable.
    partita.environment['SOURCE_URL'] = `postgres://reader:${SECRET}@127.0.0.1:${port}/shop`;
    const runs = await partita.json<readonly unknown[]>('runs', 'ls');
    const { code, stdout, stderr } = await partita.command('run', spec, '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([7, { error: { kind: 'unreachable' } }]);
    expect(stdout).toContain(`127.0.0.1:${port}/shop of the source can't be reached`);
    expect(stdout + stderr).not.toContain(SECRET);
    expect(await partita.json('runs', 'ls')).toEqual(runs);
  }, 120_000);

  it('is refused under a key of its own, and asked for no more once its run is there', async () => {
    const spec = partita.writeSpec({ ...source('daily.csv'), name: 'daily' });
    const key = ['--idempotency-key', 'monday', '--detach'];
    const missing = await partita.command('run', spec, ...key);
    expect([missing.code, missing.stderr]).toEqual([4, expect.stringContaining('`daily.csv`')]);
    const file = partita.write('daily.csv', 'k,x,y\n');
    const { runId } = await partita.json<{ readonly runId: string }>('run', spec, ...key);
    await partita.command('attach', runId);
    rmSync(file);
    const again = await partita.json<{ readonly runId: string }>('run', spec, ...key);
    expect(again.runId).toBe(runId);
  }, 120_000);

  it('leaves nothing half-written', async () => {
    const incoming = join(partita.folder, '.partita', 'objects', 'incoming');
    expect(readdirSync(incoming)).toEqual([]);
    const runs = await partita.json<readonly { readonly status: string }[]>('runs', 'ls');
    expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['FAILED']));
  });

  it('does not keep the next run from succeeding', async () => {
    partita.write('data.csv', GOOD.repeat(40));
    const { code } = await partita.run(partita.writeSpec(wishes));
    expect(code).toBe(0);
  }, 60_000);
});

describe('a run whose workflow was terminated in Temporal', () => {
  it('is over, watched or not, and says so', async () => {
    partita.write('data.csv', GOOD.repeat(40));
    const spec = partita.writeSpec(wishes);
    await partita.json('up');
    const worker = await partita.pidOf('worker');
    expect(worker).toBeGreaterThan(0);
    process.kill(worker, 'SIGSTOP');
    const begin = async () =>
      (await partita.json<{ readonly runId: string }>('run', spec, '--detach', '--no-reuse')).runId;
    const [watched, other] = [await begin(), await begin()];
    const { parts } = await partita.json<StatusResult>('status');
    const temporal = parts.find(({ name }) => name === 'temporal')?.ports['grpc'];
    const connection = await Connection.connect({ address: `127.0.0.1:${temporal}` });
    const { workflow } = new Client({ connection });
    for (const runId of [watched, other])
      await workflow.getHandle(`run:${runId}`).terminate('somebody wanted the machine');
    await connection.close();
    process.kill(worker, 'SIGKILL');
    const ended = await partita.command('attach', watched, '--json');
    const result = JSON.parse(ended.stdout) as RunResult;
    expect([ended.code, result.status]).toEqual([6, 'FAILED']);
    expect(result.error).toMatch(/terminated.*somebody wanted the machine.*Run its spec again/);
    const stands = async () =>
      (await partita.query('select status from run where id = $1', [other]))[0];
    while ((await stands())?.['status'] !== 'FAILED') await wait(100);
  }, 120_000);
});

describe('what is asked of a run that there is not', () => {
  it('is refused with the name', async () => {
    const asked: readonly (readonly string[])[] = [
      ['status', 'nope'],
      ['cancel', 'nope'],
      ['report', 'nope'],
      ['predict', 'nope', '--data', 'data.csv', '--out', 'out.csv'],
      ['predictions', 'nope', '--split', 'oof', '--out', 'out.csv'],
      ['lineage', `sha256:${'0'.repeat(64)}`],
    ];
    const ended = await Promise.all(asked.map((args) => partita.command(...args)));
    expect(ended.map(({ code }) => code)).toEqual(asked.map(() => 2));
    for (const { stderr } of ended) expect(stderr).toMatch(/^error: .*(nope|0000)/m);
    expect(existsSync(join(partita.folder, 'out.csv'))).toBe(false);
  }, 120_000);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: found } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return found;
}
