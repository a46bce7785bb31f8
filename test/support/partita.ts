import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StatusResult } from '../../src/cli/commands/status.ts';
import type { RunResult } from '../../src/domain/result.ts';
import type { PartName } from '../../src/embedded/part-record.ts';
import { findPostgres, postgresUrl } from '../../src/embedded/postgres.ts';
import { postgresPassword } from '../../src/embedded/postgres-home.ts';
import { queryServer } from '../../src/embedded/server-query.ts';
import type { SpecInput } from '../../src/spec/spec.ts';
import { temporalPath } from './temporal.ts';
import { makeFolder } from './test-folder.ts';

const CLI = join(import.meta.dirname, '../../dist/cli/partita.js');

export type Ended = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type EndedRun = Ended & { readonly result: RunResult };

/** A command under way. */
export type Running = {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Presses Ctrl-C. */
  interrupt(): void;
  /** Resolves when its output for people holds this, with what was found; rejects when it ended without. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
};

/** What a spec says, but for what every spec here has. */
export type SpecWishes = Omit<SpecInput, 'version' | 'name'> & { readonly name?: string };

export type Row = { readonly [column: string]: string | number | null };

/** The program as a person has it, with a stack of its own in a temporary folder. */
export class Partita {
  readonly folder = makeFolder();
  /** Variables that its commands see besides our own. */
  readonly environment: { [name: string]: string };

  constructor(environment: { readonly [name: string]: string } = {}) {
    this.environment = { ...environment };
  }

  /** Starts a command. */
  start(...args: readonly string[]): Promise<Running> {
    return this.#start(process.execPath, CLI, ...args);
  }

  /** Runs a command to its end, its output going through a pipe of the shell's: that holds 64 KiB, our own sockets more. */
  async piped(...args: readonly string[]): Promise<Ended> {
    return (await this.#start('sh', '-c', '"$0" "$@" | cat', process.execPath, CLI, ...args)).ended;
  }

  async #start(program: string, ...args: readonly string[]): Promise<Running> {
    const TEMPORAL_CLI = await temporalPath();
    const child = spawn(program, args, {
      cwd: this.folder,
      env: {
        ...process.env,
        TEMPORAL_CLI,
        PARTITA_FOLDER: join(this.folder, '.partita'),
        NO_COLOR: '1',
        ...this.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = new Promise<Ended>((resolve) =>
      child.on('close', (code) => resolve({ code, stdout, stderr })),
    );
    const endedWithout = async (pattern: RegExp): Promise<never> => {
      const { code } = await ended;
      throw new Error(`It ended with ${code}, without ${pattern}:\n${stderr}\n${stdout}`);
    };
    return {
      pid: child.pid as number,
      ended,
      interrupt: () => child.kill('SIGINT'),
      says: (pattern) => {
        const said = new Promise<RegExpExecArray>((resolve) => {
          const look = () => {
            const found = pattern.exec(stderr);
            if (found !== null) resolve(found);
          };
          child.stderr.on('data', look);
          look();
        });
        return Promise.race([said, endedWithout(pattern)]);
      },
    };
  }

  /** Runs a command to its end. */
  async command(...args: readonly string[]): Promise<Ended> {
    return (await this.start(...args)).ended;
  }

  /** `run --json`: the exit code, and the result from the last line. Fits everything, whatever ran before. */
  run(spec: string, ...more: readonly string[]): Promise<EndedRun> {
    return this.runReusing(spec, '--no-reuse', ...more);
  }

  /** The same, but what an earlier run has fitted from the same is taken over. */
  async runReusing(spec: string, ...more: readonly string[]): Promise<EndedRun> {
    const ended = await this.command('run', spec, '--json', ...more);
    const line = ended.stdout.trim().split('\n').at(-1) ?? '';
    if (!line.startsWith('{'))
      throw new Error(`run ${spec} ended with ${ended.code}: ${ended.stderr}`);
    return { ...ended, result: JSON.parse(line) as RunResult };
  }

  /** What a command prints as JSON; throws where it fails. */
  async json<Answer>(...args: readonly string[]): Promise<Answer> {
    const { code, stdout, stderr } = await this.command(...args, '--json');
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as Answer;
  }

  /** Writes a file into the folder; returns its path. */
  write(name: string, text: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Writes a spec; returns its path. */
  writeSpec({ name = 'test', ...wishes }: SpecWishes): string {
    const spec = { version: 1, name, ...wishes };
    return this.write(`${name}.partita.json`, JSON.stringify(spec));
  }

  /** The rows that `predictions` writes. */
  async predictions(runId: string, split: 'oof' | 'holdout'): Promise<readonly CsvRow[]> {
    const out = join(this.folder, `${runId}-${split}.csv`);
    const ended = await this.command('predictions', runId, '--split', split, '--out', out);
    if (ended.code !== 0) throw new Error(ended.stderr);
    return readCsv(out);
  }

  /** Rows of the database behind it all. */
  async query(
    text: string,
    parameters: readonly unknown[] = [],
  ): Promise<readonly { readonly [column: string]: unknown }[]> {
    const folder = join(this.folder, '.partita');
    const port = findPostgres(folder)?.port ?? 0;
    const url = postgresUrl({ port, password: postgresPassword(folder) }, 'partita');
    return queryServer(url, text, parameters);
  }

  /** The process of a background part. */
  async pidOf(part: PartName): Promise<number> {
    const { parts } = await this.json<StatusResult>('status');
    return parts.find(({ name }) => name === part)?.pid ?? 0;
  }

  async stop(): Promise<void> {
    await this.command('down');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Null is an empty cell; every text is quoted, the empty one too. */
export function csvOf(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  const cell = (value: string | number | null | undefined): string =>
    typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value ?? '');
  const lines = rows.map((row) => names.map((name) => cell(row[name])).join(','));
  return `${[names.map(cell).join(','), ...lines].join('\n')}\n`;
}

export type CsvRow = { readonly [column: string]: string };

/** Rows of a CSV with quotes as RFC 4180 has them; a missing cell reads as an empty text. */
export function readCsv(path: string): readonly CsvRow[] {
  const [names = [], ...records] = parseCsv(readFileSync(path, 'utf8'));
  return records.map((cells) => Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ''])));
}

const CELL = /(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/gy;

function parseCsv(text: string): readonly (readonly string[])[] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const [, quoted, plain = '', end] of text.replace(/\n$/, '').matchAll(CELL)) {
    record.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    records.push(record);
    record = [];
    if (end === '') break;
  }
  return records;
}
