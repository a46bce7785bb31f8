import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporalPath } from './support/temporal.ts';
import { makeFolder } from './support/test-folder.ts';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '..');
const MINUTES = 60_000;

/** What a stranger does: an empty folder, the package from its tarball with its own dependencies, two commands. */
describe('the package', () => {
  const folder = makeFolder();
  const installed = join(folder, 'node_modules', 'partita');
  let environment: NodeJS.ProcessEnv;

  /** Runs a program in the empty folder, where nothing of this clone can help it. */
  async function inFolder(program: string, ...args: string[]): Promise<string> {
    const { stdout } = await execute(program, args, {
      cwd: folder,
      env: environment,
      maxBuffer: 2 ** 26,
    });
    return stdout;
  }

  beforeAll(async () => {
    environment = { ...process.env, TEMPORAL_CLI: await temporalPath() };
    for (const name of ['DATABASE_URL', 'TEMPORAL_ADDRESS', 'PARTITA_FOLDER', 'NODE_OPTIONS'])
      delete environment[name];
    const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
    await execute('npm', pack, { cwd: root });
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    await inFolder('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`);
  }, 5 * MINUTES);

  afterAll(async () => {
    try {
      if (existsSync(installed)) await inFolder('npx', '--no-install', 'partita', 'down');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 2 * MINUTES);

  it('holds what runs, its licence and its schema, and nothing of the workshop', () => {
    for (const path of [
      'LICENSE',
      'NOTICE',
      'README.md',
      'dist/cli/partita.js',
      'dist/src/index.d.ts',
      'dist/workflow-bundle.js',
      'dist/src/engines/spark/connect/proto/spark/connect/base.proto',
      'dist/schema/experiment.v1.json',
    ])
      expect(existsSync(join(installed, path)), path).toBe(true);
    expect(readdirSync(installed)).not.toEqual(expect.arrayContaining(['test']));
    expect(existsSync(join(installed, 'dist', 'test'))).toBe(false);
  });

  it('has a command that knows its version', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly version: string;
    };
    const printed = await inFolder('npx', '--no-install', 'partita', '--version');
    expect(printed.trim()).toBe(version);
  });

  it('can be imported, and builds a checked spec', async () => {
    const script = [
      "import { experiment } from 'partita';",
      "const made = experiment({ version: 1, name: 'x', data: { source: { kind: 'csv', path: 'x.csv' } },",
      "  partition: { by: ['k'] }, target: { column: 'y', task: 'regression' } });",
      'console.log(made.digest);',
    ].join('\n');
    writeFileSync(join(folder, 'use.mjs'), script);
    expect(await inFolder(process.execPath, 'use.mjs')).toMatch(/^sha256:[0-9a-f]{64}\n$/);
  });

  it(
    'trains a first experiment with `init` and `run`',
    async () => {
      await inFolder('npx', '--no-install', 'partita', 'init');
      const printed = await inFolder('npx', '--no-install', 'partita', 'run', '--json');
      expect(printed.split('\n')).toHaveLength(2);
      const result = JSON.parse(printed) as {
        readonly status: string;
        readonly partitions: readonly { readonly status: string; readonly model: string | null }[];
      };
      expect(result.status).toBe('SUCCEEDED');
      expect(result.partitions.length).toBeGreaterThan(1);
      for (const partition of result.partitions)
        expect(partition.model).toMatch(/^sha256:[0-9a-f]{64}$/);
    },
    5 * MINUTES,
  );
});
