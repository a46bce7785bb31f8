import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { installProblem } from '../../.bootstrap/install-state.mjs';
import { runDoctor } from '../../src/cli/commands/doctor.ts';
import { readConfig } from '../../src/config.ts';
import { checkInstall, checkNode } from '../../src/embedded/diagnosis.ts';
import { packageRoot } from '../../src/embedded/package-root.ts';
import { testFolder } from '../support/test-folder.ts';

describe('the doctor', () => {
  it('looks at everything that starting needs, with a way out for what is not as it should be', async () => {
    const folder = testFolder();
    const lines: string[] = [];
    const { healthy, findings } = await runDoctor(
      readConfig({ PARTITA_FOLDER: join(folder, 'new'), PATH: '' }),
      (line) => lines.push(line),
    );
    const names = findings.map((finding) => finding.name);
    expect(names.toSorted()).toEqual(
      'disk history java memory node packages pip ports postgres temporal user'.split(' '),
    );
    for (const { level, remedy } of findings) expect(remedy === null).toBe(level === 'ok');
    expect(healthy).toBe(true);
    expect(lines.join('\n')).toContain('pip');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves alone what the environment names', async () => {
    const config = readConfig({
      PARTITA_FOLDER: testFolder(),
      DATABASE_URL: 'postgres://me:secret@db/x',
      TEMPORAL_ADDRESS: 'temporal:7233',
    });
    const { findings } = await runDoctor(config, () => undefined);
    const found = findings.filter(({ name }) => ['postgres', 'temporal'].includes(name));
    expect(found.map((finding) => finding.found)).toEqual([
      'named by DATABASE_URL',
      'named by TEMPORAL_ADDRESS',
    ]);
    expect(JSON.stringify(findings)).not.toContain('secret');
  });

  it.each([
    ['18.20.0', 'problem'],
    ['20.18.3', 'problem'],
    ['20.19.0', 'ok'],
    ['24.1.0', 'ok'],
  ])('calls Node %s: %s', (version, level) => {
    expect(checkNode(version).level).toBe(level);
  });

  it('finds the packages of this clone, and calls an installed package fine', async () => {
    expect((await checkInstall(packageRoot())).level).toBe('ok');
    expect((await checkInstall(testFolder())).level).toBe('ok');
  });
});

describe('the state of an install', () => {
  function clone(wanted: object, present?: object): string {
    const root = testFolder();
    const lock = (packages: object) => JSON.stringify({ packages: { '': {}, ...packages } });
    writeFileSync(join(root, 'package-lock.json'), lock(wanted));
    if (present === undefined) return root;
    mkdirSync(join(root, 'node_modules'));
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), lock(present));
    return root;
  }
  const zod = (version: string) => ({ 'node_modules/zod': { version } });

  it('is a problem without node_modules', () => {
    expect(installProblem(clone(zod('4.0.0')))).toContain('not installed');
  });

  it('is a problem when a package is missing or of another version', () => {
    expect(installProblem(clone(zod('4.0.0'), {}))).toContain('node_modules/zod');
    expect(installProblem(clone(zod('4.0.0'), zod('4.0.1')))).toContain('1 packages');
  });

  it('is none when all is there but packages for other platforms', () => {
    const other = { 'node_modules/only-elsewhere': { version: '1.0.0', optional: true } };
    expect(installProblem(clone({ ...zod('4.0.0'), ...other }, zod('4.0.0')))).toBeNull();
  });
});
