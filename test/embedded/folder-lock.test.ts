import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { withFolderLock } from '../../src/embedded/folder-lock.ts';
import { identify } from '../../src/embedded/process-identity.ts';
import { testFolder } from '../support/test-folder.ts';

const silent = (): void => undefined;

describe('a folder lock', () => {
  it('lets only one holder in at a time, and everyone in the end', async () => {
    const place = { folder: testFolder(), name: 'stack' };
    let inside = 0;
    const crowd: number[] = [];
    await Promise.all(
      Array.from({ length: 8 }, () =>
        withFolderLock(place, silent, async () => {
          inside += 1;
          await setImmediate();
          crowd.push(inside);
          inside -= 1;
        }),
      ),
    );
    expect(crowd).toEqual(Array.from({ length: 8 }, () => 1));
  });

  it('tells whoever waits, once, which process it waits for', async () => {
    const place = { folder: testFolder(), name: 'stack' };
    const told: number[] = [];
    let release = silent;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = withFolderLock(place, silent, () => released);
    const onWait = (pid: number): void => {
      told.push(pid);
      release();
    };
    const second = withFolderLock(place, onWait, async () => 'in');
    expect(await second).toBe('in');
    await first;
    expect(told).toEqual([process.pid]);
  });

  it('is taken over from a process that died with it', async () => {
    const folder = testFolder();
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(join(folder, 'stack.lock.7'), JSON.stringify({ pid: dead, birth: 'long ago' }));
    expect(await withFolderLock({ folder, name: 'stack' }, silent, async () => 'in')).toBe('in');
  });

  it('is not taken from a living process because a higher number was never made', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'stack.lock.3'), JSON.stringify(identify(process.ppid)));
    const waited: number[] = [];
    const onWait = (pid: number): void => {
      waited.push(pid);
      writeFileSync(join(folder, 'stack.lock.3'), 'null');
    };
    // Awaited to its end: the folder goes when the test is over.
    await withFolderLock({ folder, name: 'stack' }, onWait, async () => undefined);
    expect(waited).toEqual([process.ppid]);
  });

  it('is let go when the body fails, and leaves one small file', async () => {
    const place = { folder: testFolder(), name: 'stack' };
    const failing = withFolderLock(place, silent, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await withFolderLock(place, silent, async () => 'in')).toBe('in');
    expect(readdirSync(place.folder)).toEqual(['stack.lock.2']);
  });
});
