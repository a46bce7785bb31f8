import { spawn } from 'node:child_process';
import { withLogFile } from './log-file.ts';
import { identify, type ProcessIdentity } from './process-identity.ts';
import type { SystemUser } from './system-user.ts';

export type BackgroundProgram = {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: { readonly [name: string]: string | undefined };
  /** Takes what the program prints. */
  readonly log: string;
  readonly user?: SystemUser | undefined;
};

/**
 * Starts a program that goes on when this process ends and that Ctrl-C does not reach; undefined when the system refuses
 * to run it or it ended at once.
 */
export function startInBackground(what: BackgroundProgram): ProcessIdentity | undefined {
  return withLogFile(what.log, (descriptor) => {
    const child = spawn(what.program, [...what.args], {
      cwd: what.cwd,
      detached: true,
      env: what.environment,
      stdio: ['ignore', descriptor, descriptor],
      ...(what.user && { uid: what.user.uid, gid: what.user.gid }),
    });
    // A program that cannot be run shows as a missing pid; without a listener Node would end this process.
    child.on('error', () => undefined);
    child.unref();
    return child.pid === undefined ? undefined : identify(child.pid);
  });
}
