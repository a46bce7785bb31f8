#!/usr/bin/env node
import { performance } from 'node:perf_hooks';
import { environmentVariable, readConfig } from '../config.ts';
import { Failure } from '../domain/failure.ts';
import { packageVersion } from '../embedded/package-root.ts';
import { EXIT } from './exit-codes.ts';
import { runCommandLine } from './run-command-line.ts';
import { processTerminal } from './terminal.ts';

/** The program `partita`: the one place where commands meet the process they run in. */
const args = process.argv.slice(2);

// The reader of a pipe may have seen enough (`partita runs ls | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.unexpected);
});

let wasInterrupted = false;
const exitCode = await runCommandLine(args, {
  terminal: processTerminal(process, isColourWanted() && !args.includes('--no-color')),
  workingFolder: process.cwd(),
  version: packageVersion(),
  config: readConfig,
  hasVariable: (name) => Boolean(environmentVariable(name)),
  now: () => performance.now(),
  // Loaded when needed: `--help`, `validate` and `init` start fast and start nothing.
  createServices: async () => (await import('../compose.ts')).createServices(),
  migrateDatabase: async (addresses) =>
    (await import('../compose/migrate-database.ts')).migrateDatabase(addresses),
  untilInterrupted,
});
// What a pipe has not taken yet would be lost.
await Promise.all([process.stdout, process.stderr].map(written));
process.exit(wasInterrupted ? EXIT.detached : exitCode);

/** Resolves when everything that was written so far has left. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

/** The first signal aborts, the second ends the process at once. */
async function untilInterrupted<Result>(
  action: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(EXIT.detached);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return await action(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    wasInterrupted = true;
    throw new Failure('cancelled', 'Interrupted.', { cause: error });
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

function isColourWanted(): boolean {
  const noColor = environmentVariable('NO_COLOR');
  return noColor === undefined || noColor === '';
}
