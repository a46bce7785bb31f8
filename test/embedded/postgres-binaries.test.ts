import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  missingLinks,
  postgresPackage,
  preparePostgresBinaries,
} from '../../src/embedded/postgres-binaries.ts';
import { databaseUser } from '../../src/embedded/system-user.ts';
import { makeFolder } from '../support/test-folder.ts';

describe('the programs of Postgres', () => {
  const base = makeFolder();
  const installed = join(base, 'install', 'package');
  const copy = join(base, 'programs');
  const user = databaseUser(() => undefined);
  let said: string[];
  const prepare = () => preparePostgresBinaries(installed, copy, user, (line) => said.push(line));
  const versionOf = (program: string): string =>
    spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout;

  beforeAll(() => {
    mkdirSync(join(base, 'install'));
    cpSync(postgresPackage(), installed, { recursive: true, verbatimSymlinks: true });
  });
  beforeEach(() => {
    said = [];
  });
  afterAll(() => {
    chmodSync(join(base, 'install'), 0o755);
    chmodSync(join(installed, 'native', 'lib'), 0o755);
    rmSync(base, { recursive: true });
  });

  it('get the library links that an install without scripts leaves out', () => {
    const links = removeLinks();
    expect(links.length).toBeGreaterThan(3);
    const { postgres, initdb } = prepare();
    expect(missingLinks(installed)).toEqual([]);
    expect(versionOf(postgres)).toContain('PostgreSQL');
    expect(versionOf(initdb)).toContain('PostgreSQL');
    expect(said.join()).toContain('library links');
  });

  it('run where they are, silently, when nothing is missing', () => {
    expect(prepare().postgres.startsWith(installed)).toBe(true);
    expect(said).toEqual([]);
  });

  it('are copied to where they can run when the install is closed to the user that runs them', () => {
    // Root may write everywhere, but the user that Postgres runs as cannot get in; others cannot make the links.
    if (user === undefined) {
      removeLinks();
      chmodSync(join(installed, 'native', 'lib'), 0o555);
    } else {
      chmodSync(join(base, 'install'), 0o700);
    }
    const { postgres } = prepare();
    expect(postgres.startsWith(copy)).toBe(true);
    expect(versionOf(postgres)).toContain('PostgreSQL');
    expect(missingLinks(copy)).toEqual([]);
    expect(said.join()).toContain(copy);
  });

  it('fail with the system’s words when they do not run anywhere', () => {
    const broken = join(base, 'broken');
    mkdirSync(join(broken, 'native', 'bin'), { recursive: true });
    const attempt = () =>
      preparePostgresBinaries(broken, join(base, 'broken-copy'), user, () => undefined);
    expect(attempt).toThrow(
      expect.objectContaining({
        kind: 'unreachable',
        message: expect.stringMatching(/ENOENT.*DATABASE_URL/s),
      }),
    );
  });

  function removeLinks(): readonly string[] {
    const libraries = join(installed, 'native', 'lib');
    const present = spawnSync('find', [libraries, '-type', 'l'], { encoding: 'utf8' }).stdout;
    const links = present.split('\n').filter((path) => path !== '');
    for (const link of links) {
      expect(lstatSync(link).isSymbolicLink()).toBe(true);
      rmSync(link);
      expect(existsSync(link)).toBe(false);
    }
    return links;
  }
});
