import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readElf } from '../../../../src/engines/spark/runtime/elf.ts';
import {
  explainLaunch,
  LAUNCHER,
  launcherText,
} from '../../../../src/engines/spark/runtime/launcher.ts';
import { locateRuntime } from '../../../../src/engines/spark/runtime/runtime.ts';
import {
  ensureRuntimeArchive,
  type RuntimeArchive,
} from '../../../../src/engines/spark/runtime/runtime-archive.ts';
import { FakeJvm } from '../../../support/fake-jvm.ts';
import { makeFolder, testFolder } from '../../../support/test-folder.ts';
import { frame, misbehave, oneRowEach } from '../../../support/worker-commands.ts';

/** A program that is small, and of the same kind as Node. */
const SMALL_PROGRAM = '/bin/true';

describe('the archive for executors', () => {
  let archive: RuntimeArchive;
  let unpacked: string;
  beforeAll(async () => {
    archive = await ensureRuntimeArchive(makeFolder());
    unpacked = makeFolder();
    execFileSync('tar', ['xzf', archive.path, '-C', unpacked]);
  });
  afterAll(() => {
    for (const folder of [unpacked, dirname(archive.path)]) rmSync(folder, { recursive: true });
  });

  it('holds Node, the worker and the launcher, nothing else', () => {
    expect(readdirSync(unpacked).sort()).toEqual([
      'node',
      'node_modules',
      LAUNCHER,
      'task-process.cjs',
      'task-process.cjs.map',
      'task-thread.cjs',
      'task-thread.cjs.map',
      'worker.cjs',
      'worker.cjs.map',
    ]);
    const node = readFileSync(join(unpacked, 'node'));
    expect(node.equals(readFileSync(process.execPath))).toBe(true);
  });

  it('works where no Node and no Python is', async () => {
    const bin = testFolder();
    symlinkSync(String(execFileSync('which', ['uname'])).trim(), join(bin, 'uname'));
    const jvm = new FakeJvm('4.1', 'TCP', [join(unpacked, LAUNCHER)]);
    onTestFinished(() => jvm.close());
    await jvm.startDaemon({ PATH: bin });
    const worker = await jvm.connect();
    const end = await worker.run(misbehave(jvm, ['fine']), frame, oneRowEach(1));
    expect(end.outcomes).toMatchObject([{ kind: 'ok' }]);
  });

  it('runs the functions that read files of their packages', () => {
    const code = `const { createRequire } = require('node:module');
      createRequire(process.argv[1] + '/task-thread.cjs').resolve('libsvm-js/out/asm/libsvm.js');`;
    const found = spawnSync(join(unpacked, 'node'), ['-e', code, unpacked], { cwd: '/' });
    expect(String(found.stderr)).toBe('');
  });

  it('is for the machines that its Node is for', async () => {
    const [machine] = String(execFileSync('uname', ['-m'])).split('\n');
    expect(archive.program.machine).toBe(machine);
    expect(existsSync(archive.program.loader as string)).toBe(true);
    expect(archive.name).toMatch(new RegExp(`^partita-linux-${machine}-[0-9a-f]{12}$`));
  });
});

describe('a name and bytes', () => {
  it('depend on the content only', async () => {
    const nodePath = join(testFolder(), 'node');
    copyFileSync(SMALL_PROGRAM, nodePath);
    chmodSync(nodePath, 0o700);
    const first = await ensureRuntimeArchive(testFolder(), { nodePath });
    utimesSync(nodePath, 1, 1);
    chmodSync(nodePath, 0o755);
    const second = await ensureRuntimeArchive(testFolder(), { nodePath });
    expect(second.name).toBe(first.name);
    expect(readFileSync(second.path).equals(readFileSync(first.path))).toBe(true);
    writeFileSync(nodePath, Buffer.concat([readFileSync(SMALL_PROGRAM), Buffer.alloc(1)]));
    const third = await ensureRuntimeArchive(testFolder(), { nodePath });
    expect(third.name).not.toBe(first.name);
  });

  it('are made once per folder, and nothing unfinished is left', async () => {
    const folder = testFolder();
    const options = { nodePath: SMALL_PROGRAM };
    const [first, again] = await Promise.all([
      ensureRuntimeArchive(folder, options),
      ensureRuntimeArchive(folder, options),
    ]);
    expect(again).toEqual(first);
    writeFileSync(first.path, 'touched');
    await ensureRuntimeArchive(folder, options);
    expect(readFileSync(first.path, 'utf8')).toBe('touched');
    expect(readdirSync(folder)).toEqual([basename(first.path)]);
  });

  it('are refused for what is no Linux program', async () => {
    const failed = ensureRuntimeArchive(testFolder(), { nodePath: import.meta.filename });
    await expect(failed).rejects.toThrow(/runtime\.test\.ts is no Linux program/);
  });
});

describe('the launcher', () => {
  const launch = (machine: string, loader: string | null, uname: string) => {
    const folder = testFolder();
    mkdirSync(join(folder, 'bin'));
    const programs = {
      [LAUNCHER]: launcherText({ machine, loader }),
      node: '#!/bin/sh\necho "$@"\n',
      'bin/uname': `#!/bin/sh\necho "${uname}"\n`,
    };
    for (const [name, text] of Object.entries(programs))
      writeFileSync(join(folder, name), text, { mode: 0o755 });
    const { status, stdout, stderr } = spawnSync(join(folder, LAUNCHER), ['-m', 'x y'], {
      env: { PATH: join(folder, 'bin') },
    });
    return { status, stdout: String(stdout).replaceAll(folder, '.'), stderr: String(stderr) };
  };

  it('starts Node with what it is given', () => {
    expect(launch('x86_64', '/bin/sh', 'Linux x86_64')).toEqual({
      status: 0,
      stdout: '--enable-source-maps ./worker.cjs -m x y\n',
      stderr: '',
    });
  });

  it.each([
    ['another machine', 'aarch64', null, /for Linux aarch64, this machine is Linux x86_64/],
    ['another C library', 'x86_64', '/lib/of-another-libc.so', /needs \/lib\/of-another-libc\.so/],
  ])('says in one sentence that it is for %s, which the client can explain', (...given) => {
    const [, machine, loader, sentence] = given;
    const { status, stdout, stderr } = launch(machine, loader, 'Linux x86_64');
    expect(stdout).toBe('');
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    const error = `EOFException occurred while reading the port number from pyspark.daemon's stdout and terminated with code: ${status}.`;
    expect(explainLaunch(error)).toContain('partita spark bundle --node');
  });

  it('leaves other errors unexplained', () => {
    expect(explainLaunch('and terminated with code: 1.')).toBeUndefined();
    expect(explainLaunch('Cannot run program "python3"')).toBeUndefined();
    expect(explainLaunch('Cannot run program "./partita-1/partita-node"')).toContain('unpacked');
  });
});

describe('an ELF program', () => {
  it('names its machine and loader', async () => {
    const { machine, loader } = await readElf(process.execPath);
    expect(loader).toMatch(machine === 'x86_64' ? /ld-linux-x86-64/ : /ld-linux-aarch64/);
  });
});

describe('a runtime', () => {
  it('is started where it was put', async () => {
    const image = await locateRuntime({ kind: 'image', folder: '/opt/partita' }, '/nowhere');
    expect(image).toEqual({ executable: '/opt/partita/partita-node', artifact: null });
    const archive = await locateRuntime({ kind: 'archive', folder: 'partita' }, '/nowhere');
    expect(archive).toEqual({ executable: '../partita/partita-node', artifact: null });
  });
});
