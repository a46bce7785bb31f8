import { execFile } from 'node:child_process';

/** How a program ended: `status` is null when it could not be run at all. */
export type ProgramEnd = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs a program to its end and returns what it said; never rejects. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly timeoutMs?: number } = {},
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    execFile(
      program,
      [...args],
      { cwd: options.cwd, timeout: options.timeoutMs ?? 0, maxBuffer: 2 ** 24 },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ status, stdout, stderr: stderr || (error?.message ?? '') });
      },
    );
  });
}
