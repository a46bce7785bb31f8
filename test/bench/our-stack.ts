import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessWatch, type Usage } from './process-watch.ts';

/** What a program printed, and what it took, with all that it started. */
export type MeasuredProgram = Usage & { readonly output: string; readonly seconds: number };

/** `roots`: processes that run already and work for it. */
export async function measureProgram(
  program: string,
  args: readonly string[],
  { env, roots = [] }: { readonly env: NodeJS.ProcessEnv; readonly roots?: readonly number[] },
): Promise<MeasuredProgram> {
  const watch = new ProcessWatch(roots);
  const started = performance.now();
  const output = await outputOf(program, args, env);
  const seconds = (performance.now() - started) / 1000;
  return { ...watch.stop(), output, seconds };
}

type Part = {
  readonly name: string;
  readonly pid?: number | null;
  readonly ports?: { readonly [name: string]: number };
};

/** Embedded parts of a benchmark's own, in a folder that goes with them. */
export class OurStack {
  readonly folder: string;
  readonly #cli = join(process.cwd(), 'dist/cli/partita.js');
  readonly #env: NodeJS.ProcessEnv;

  constructor(name: string, environment: (folder: string) => NodeJS.ProcessEnv = () => ({})) {
    this.folder = mkdtempSync(join(tmpdir(), `partita-${name}-`));
    const own = { PARTITA_FOLDER: join(this.folder, '.partita') };
    this.#env = { ...process.env, ...own, ...environment(this.folder) };
  }

  up(): void {
    execFileSync(process.execPath, [this.#cli, 'up'], { env: this.#env, stdio: 'inherit' });
  }

  /** What a command prints. */
  command(...args: readonly string[]): string {
    const quiet = { env: this.#env, encoding: 'utf8', maxBuffer: 1 << 30 } as const;
    return execFileSync(process.execPath, [this.#cli, ...args], quiet);
  }

  /** A command with all its processes, and the parts' from now on. */
  measure(...args: readonly string[]): Promise<MeasuredProgram> {
    const roots = this.parts().flatMap(({ pid }) => pid ?? []);
    return measureProgram(process.execPath, [this.#cli, ...args], { env: this.#env, roots });
  }

  parts(): readonly Part[] {
    return JSON.parse(this.command('status', '--json')).parts;
  }

  close(): void {
    execFileSync(process.execPath, [this.#cli, 'down'], { env: this.#env, stdio: 'ignore' });
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function outputOf(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    child.on('error', reject).on('close', (code) => {
      if (code === 0) resolve(text);
      else reject(new Error(`${program} ended with ${code}. ${text.slice(-2000)}`));
    });
  });
}
