import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createColors } from 'picocolors';
import { onTestFinished } from 'vitest';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { readConfig } from '../../src/config.ts';
import type { Services } from '../../src/operations/services.ts';
import { fakeServices } from './fake-services.ts';

export const SPEC = `version: 1
name: sales
data: { source: { kind: csv, path: sales.csv } }
partition: { by: store }
target: { column: sold, task: classification }
`;

type Given = {
  readonly services?: Partial<Services>;
  /** File name → text, in the folder that the command runs in. */
  readonly files?: { readonly [name: string]: string };
  /** Somebody sits at the terminal. */
  readonly isTerminal?: boolean;
  /** Ctrl-C as soon as something waits for it. */
  readonly isInterrupted?: boolean;
};

export type Ran = {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly folder: string;
  readonly hasMadeServices: boolean;
};

/** The command line in this process, in a folder of its own, on services that a test gives. */
export async function runCli(args: readonly string[], given: Given = {}): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'partita-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(given.files ?? { 'partita.yaml': SPEC }))
    writeFileSync(join(folder, name), text);
  let stdout = '';
  let stderr = '';
  let hasMadeServices = false;
  const exitCode = await runCommandLine(args, {
    terminal: {
      data: (text) => {
        stdout += text;
      },
      say: (line) => {
        stderr += `${line}\n`;
      },
      progressStream: new PassThrough(),
      isInteractive: given.isTerminal ?? false,
      isDataInteractive: given.isTerminal ?? false,
      colors: createColors(false),
    },
    workingFolder: folder,
    version: '1.2.3',
    config: () => readConfig({ PARTITA_FOLDER: join(folder, '.partita') }, folder),
    hasVariable: () => false,
    now: () => 0,
    createServices: () => {
      hasMadeServices = true;
      return Promise.resolve(fakeServices({ stateFolder: folder, ...given.services }));
    },
    migrateDatabase: () => Promise.resolve(),
    untilInterrupted: (action) =>
      action(given.isInterrupted ? AbortSignal.abort() : new AbortController().signal),
  });
  return { exitCode, stdout, stderr, folder, hasMadeServices };
}

/** The one JSON document on stdout; fails when there is more or less than one line. */
export function soleJson({ stdout }: Ran): unknown {
  if (!/^[^\n]+\n$/.test(stdout)) throw new Error(`Not exactly one line: ${stdout}`);
  return JSON.parse(stdout);
}
