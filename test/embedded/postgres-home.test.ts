import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensurePartitaFolder } from '../../src/embedded/partita-folder.ts';
import {
  findPostgresHome,
  placePostgres,
  postgresPassword,
} from '../../src/embedded/postgres-home.ts';
import { removeData } from '../../src/embedded/remove-data.ts';
import {
  canTraverse,
  databaseUser,
  parseAccounts,
  type SystemUser,
} from '../../src/embedded/system-user.ts';
import { testFolder } from '../support/test-folder.ts';

const silent = (): void => undefined;

/** Somebody who owns nothing of this test. */
const stranger: SystemUser = { name: 'nobody', uid: 65_534, gid: 65_534 };

/** A `.partita` folder whose parent only its owner can enter. */
function closedFolder(): string {
  const folder = join(testFolder(), 'home', '.partita');
  ensurePartitaFolder(folder);
  chmodSync(dirname(folder), 0o700);
  return folder;
}

describe('the home of Postgres', () => {
  it('is inside .partita when its user can get there', () => {
    const folder = testFolder();
    const home = placePostgres(folder, undefined, silent);
    expect(home.folder).toBe(join(folder, 'postgres'));
    expect(statSync(home.folder).mode & 0o777).toBe(0o700);
    expect(findPostgresHome(folder)).toEqual(home);
  });

  it('knows from the permissions of every folder on the way whether a user can get there', () => {
    const base = testFolder();
    expect(canTraverse(base, { name: 'other', uid: 4_000_000, gid: 4_000_000 })).toBe(true);
    chmodSync(base, 0o700);
    expect(canTraverse(base, { name: 'other', uid: 4_000_000, gid: 4_000_000 })).toBe(false);
    expect(canTraverse(base, { name: 'owner', uid: statSync(base).uid, gid: 0 })).toBe(true);
  });

  it('is outside, by a pointer, when root’s clone is closed to its user; a new .partita removes what was left', () => {
    if (process.getuid?.() !== 0) {
      expect(databaseUser(silent)).toBeUndefined();
      return;
    }
    const folder = closedFolder();
    const said: string[] = [];
    const home = placePostgres(folder, stranger, (line) => said.push(line));
    expect(home.folder.startsWith(folder)).toBe(false);
    expect(readFileSync(join(folder, 'postgres.path'), 'utf8').trim()).toBe(home.folder);
    expect(statSync(home.folder)).toMatchObject({ uid: stranger.uid });
    expect(said.join()).toContain(home.folder);
    expect(placePostgres(folder, stranger, silent)).toEqual(home);

    rmSync(folder, { recursive: true });
    ensurePartitaFolder(folder);
    const next = placePostgres(folder, stranger, silent);
    expect(next.folder).not.toBe(home.folder);
    expect(existsSync(home.folder)).toBe(false);
    rmSync(next.folder, { recursive: true });
  });

  it('goes with all other data when they are removed, wherever it is, and nothing else goes', () => {
    const folder = process.getuid?.() === 0 ? closedFolder() : testFolder();
    const user = process.getuid?.() === 0 ? stranger : undefined;
    const home = placePostgres(folder, user, silent);
    const password = postgresPassword(folder);
    for (const name of ['objects', 'tools', 'mine']) mkdirSync(join(folder, name));
    const removed = removeData(folder);
    expect(removed).toEqual(expect.arrayContaining([home.folder, join(folder, 'objects')]));
    for (const place of removed) expect(existsSync(place)).toBe(false);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['tools', 'mine']));
    expect(removeData(folder)).toEqual([]);
    expect(postgresPassword(folder)).not.toBe(password);
  });

  it('of another .partita folder is left alone, whatever the pointer says', () => {
    const [other, folder] = [testFolder(), testFolder()];
    const home = placePostgres(other, undefined, silent);
    writeFileSync(join(folder, 'postgres.path'), `${home.folder}\n`);
    expect(removeData(folder)).toEqual([join(folder, 'postgres.path')]);
    expect(existsSync(home.folder)).toBe(true);
  });

  it('has one random password, readable by its owner only', () => {
    const folder = testFolder();
    const password = postgresPassword(folder);
    expect(password.length).toBeGreaterThanOrEqual(32);
    expect(postgresPassword(folder)).toBe(password);
    expect(postgresPassword(testFolder())).not.toBe(password);
    expect(statSync(join(folder, 'postgres.password')).mode & 0o777).toBe(0o600);
  });

  it('reads accounts as the system writes them', () => {
    const text =
      'root:x:0:0:root:/root:/bin/bash\n\n# note\npostgres:x:101:104:,,,:/var/lib:/bin/sh\n';
    expect(parseAccounts(text)).toEqual([
      { name: 'root', uid: 0, gid: 0 },
      { name: 'postgres', uid: 101, gid: 104 },
    ]);
  });

  it('is never in another user’s .partita folder', () => {
    const folder = testFolder();
    if (process.getuid?.() !== 0) {
      expect(() => ensurePartitaFolder('/')).toThrow(expect.objectContaining({ kind: 'usage' }));
      return;
    }
    spawnSync('chown', ['65534', folder]);
    expect(() => ensurePartitaFolder(folder)).toThrow(expect.objectContaining({ kind: 'usage' }));
  });
});
