import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  birthOf,
  commandLineOf,
  endProcess,
  findProcesses,
  identify,
  isAlive,
} from '../../src/embedded/process-identity.ts';

async function sleeper(mark: string): Promise<ReturnType<typeof spawn> & { pid: number }> {
  const child = spawn(process.execPath, ['-e', 'console.log("up");setInterval(()=>{},1e6)', mark]);
  await once(child.stdout, 'data');
  return child as typeof child & { pid: number };
}

describe('the identity of a process', () => {
  it('stays the same while the process runs and is lost when it ends', async () => {
    const child = await sleeper('identity');
    const identity = identify(child.pid);
    expect(identity).toEqual(identify(child.pid));
    expect(identity && isAlive(identity)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(identity && isAlive(identity)).toBe(false);
    expect(identify(child.pid)).toBeUndefined();
  });

  it('is not that of another process under the same pid', () => {
    const birth = birthOf(process.pid);
    expect(birth).toBeDefined();
    expect(isAlive({ pid: process.pid, birth: 'another boot/1' })).toBe(false);
  });

  it('is none for a pid that nobody has', () => {
    expect(birthOf(2 ** 22 + 1)).toBeUndefined();
    expect(commandLineOf(2 ** 22 + 1)).toBe('');
  });

  it('can be found by the words on the command line', async () => {
    const mark = `mark-${process.pid}-find`;
    const child = await sleeper(mark);
    expect(findProcesses(mark).map(({ pid }) => pid)).toEqual([child.pid]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(findProcesses(mark)).toEqual([]);
  });

  it('ends by force when it does not listen', async () => {
    const deaf = 'process.on("SIGTERM",()=>{});console.log("up");setInterval(()=>{},1e6)';
    const child = spawn(process.execPath, ['-e', deaf]);
    await once(child.stdout, 'data');
    const identity = identify(child.pid as number);
    expect(identity).toBeDefined();
    expect(identity && (await endProcess(identity, 50))).toBe(false);
    expect(identity && isAlive(identity)).toBe(false);
  });
});
