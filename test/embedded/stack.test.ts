import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDown } from '../../src/cli/commands/down.ts';
import { runStatus } from '../../src/cli/commands/status.ts';
import { readConfig } from '../../src/config.ts';
import { queryServer } from '../../src/embedded/server-query.ts';
import { ensureStack, type Stack, stopStack } from '../../src/embedded/stack.ts';
import { stackStatus } from '../../src/embedded/stack-status.ts';
import { compileForProcess } from '../support/compiled.ts';
import { temporalPath } from '../support/temporal.ts';
import { makeFolder } from '../support/test-folder.ts';

const silent = (): void => undefined;

/** One folder through the whole file: its stack is started, killed, repaired and stopped. */
describe('the stack', () => {
  const base = makeFolder();
  const environment = { PARTITA_FOLDER: join(base, '.partita') };
  let starter: string;
  let temporalCli: string;
  const migrated: string[] = [];
  const config = () => readConfig({ ...environment, TEMPORAL_CLI: temporalCli });
  const ensure = (): Promise<Stack> =>
    ensureStack({
      config: config(),
      migrate: async ({ owner }) => void migrated.push(owner),
      worker: false,
      say: silent,
    });
  const startElsewhere = (): ChildProcess =>
    spawn(process.execPath, [starter], {
      env: { ...process.env, ...environment, TEMPORAL_CLI: temporalCli },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const answerOf = async (child: ChildProcess): Promise<Stack> => {
    const [line] = (await once(child.stdout as NonNullable<typeof child.stdout>, 'data')) as [
      Buffer,
    ];
    return JSON.parse(line.toString('utf8')) as Stack;
  };
  const pids = async (): Promise<readonly (number | null)[]> =>
    (await stackStatus(config())).map((part) => part.pid);

  beforeAll(async () => {
    temporalCli = await temporalPath();
    starter = await compileForProcess(join(import.meta.dirname, '../support/stack-starter.ts'));
  });
  afterAll(async () => {
    await stopStack(config(), silent);
    rmSync(base, { recursive: true, force: true });
    rmSync(starter);
  });

  it('starts every part once when two processes start it at the same time', async () => {
    const children = [startElsewhere(), startElsewhere()];
    const stacks = await Promise.all(children.map(answerOf));
    expect(stacks.map(({ started }) => started.length).toSorted((a, b) => a - b)).toEqual([0, 2]);
    expect(stacks[0]?.databaseUrl).toBe(stacks[1]?.databaseUrl);
    expect(stacks[0]?.temporal).toEqual(stacks[1]?.temporal);
    for (const child of children) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  it('survives a hard kill of who started it, and is adopted', async () => {
    const before = await pids();
    const { started } = await ensure();
    expect(started).toEqual([]);
    expect(await pids()).toEqual(before);
  });

  it('has a database for lineage, which is migrated, and one for the users’ own tables', async () => {
    const { databaseUrl, ownerUrl, dataUrl } = await ensure();
    const nameOf = (url: string) => queryServer(url, 'select current_database() as name');
    expect(await nameOf(databaseUrl)).toEqual([{ name: 'partita' }]);
    expect(await nameOf(dataUrl ?? '')).toEqual([{ name: 'partita_data' }]);
    expect(migrated.at(-1)).toBe(ownerUrl);
  });

  it('repairs what died and leaves the rest', async () => {
    const [postgres, temporal] = (await pids()) as [number, number];
    process.kill(temporal, 'SIGKILL');
    expect((await ensure()).started).toEqual(['temporal']);
    process.kill(postgres, 'SIGKILL');
    expect((await ensure()).started).toEqual(['postgres']);
    const [postgresNow, temporalNow] = await pids();
    expect(postgresNow).not.toBe(postgres);
    expect(temporalNow).not.toBe(temporal);
    expect((await ensure()).started).toEqual([]);
  });

  it('is at the same addresses after it was stopped and started', async () => {
    const before = await ensure();
    const lines: string[] = [];
    const { stopped } = await runDown(config(), (line) => lines.push(line));
    expect(stopped).toEqual(['temporal', 'postgres']);
    expect(lines.join()).toContain('postgres');
    const after = await ensure();
    expect({ ...after, started: [] }).toEqual({ ...before, started: [] });
    expect(after.started).toEqual(['postgres', 'temporal']);
  });

  it('tells how each part stands, with pids and ports and without any password', async () => {
    const lines: string[] = [];
    const { parts } = await runStatus(config(), (line) => lines.push(line));
    expect(parts.map(({ name, state }) => [name, state])).toEqual([
      ['postgres', 'up'],
      ['temporal', 'up'],
      ['worker', 'down'],
    ]);
    const { password } = new URL((await ensure()).databaseUrl);
    expect(JSON.stringify({ parts, lines })).not.toContain(password);
    expect(lines.join('\n')).toContain(String(parts[0]?.pid));
    expect(lines.join('\n')).toContain('partita up');
  });

  it('stops one part alone when asked', async () => {
    expect(await stopStack(config(), silent, ['temporal'])).toEqual(['temporal']);
    expect((await stackStatus(config())).map((part) => part.state)).toEqual(['up', 'down', 'down']);
  });

  it('starts nothing where the environment names the parts', async () => {
    const { databaseUrl } = await ensure();
    const folder = join(base, 'elsewhere');
    const named = readConfig({
      PARTITA_FOLDER: folder,
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: 'temporal.example:7233',
    });
    const stack = await ensureStack({
      config: named,
      migrate: async ({ owner }) => void migrated.push(owner),
      worker: false,
      say: silent,
    });
    expect(stack).toEqual({
      databaseUrl,
      ownerUrl: databaseUrl,
      dataUrl: null,
      temporal: named.temporal,
      temporalUi: null,
      started: [],
    });
    expect((await stackStatus(named)).map((part) => part.state)).toEqual([
      'external',
      'external',
      'down',
    ]);
    expect(await stopStack(named, silent)).toEqual([]);
  });

  it('says what failed when the schema cannot be made, and starts no further part', async () => {
    await stopStack(config(), silent);
    const attempt = ensureStack({
      config: config(),
      migrate: () => Promise.reject(new Error('the schema is newer')),
      worker: false,
      say: silent,
    });
    await expect(attempt).rejects.toThrow('the schema is newer');
    expect((await stackStatus(config()))[1]?.state).toBe('down');
    expect((await ensure()).started).toEqual(['temporal']);
  });
});
