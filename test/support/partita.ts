import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '../../src/domain/result.ts';
import { temporalPath } from './temporal.ts';
import { makeFolder } from './test-folder.ts';

const CLI = join(import.meta.dirname, '../../dist/src/cli/main.js');

export type Ended = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** The program as a person has it, with a stack of its own in a temporary folder. */
export class Partita {
  readonly folder = makeFolder();

  /** Runs a command to its end. */
  async command(...args: readonly string[]): Promise<Ended> {
    const TEMPORAL_CLI = await temporalPath();
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: this.folder,
      env: {
        ...process.env,
        TEMPORAL_CLI,
        PARTITA_FOLDER: join(this.folder, '.partita'),
        NO_COLOR: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { code, stdout, stderr };
  }

  /** `run --json`: the exit code, and the result from the last line. */
  async run(
    spec: string,
    ...more: readonly string[]
  ): Promise<Ended & { readonly result: RunResult }> {
    const ended = await this.command('run', spec, '--json', ...more);
    const line = ended.stdout.trim().split('\n').at(-1) ?? '';
    if (!line.startsWith('{'))
      throw new Error(`run ${spec} ended with ${ended.code}: ${ended.stderr}`);
    return { ...ended, result: JSON.parse(line) as RunResult };
  }

  async stop(): Promise<void> {
    await this.command('down');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Rows of a CSV that holds no quotes. */
export function readCsv(path: string): readonly { readonly [column: string]: string }[] {
  const [head = '', ...lines] = readFileSync(path, 'utf8').trim().split('\n');
  const names = head.split(',');
  return lines.map((line) =>
    Object.fromEntries(line.split(',').map((cell, i) => [names[i] as string, cell])),
  );
}
