import { CommanderError } from 'commander';
import { isFailure } from '../domain/failure.ts';
import type { CreateServices, Services } from '../operations/services.ts';
import { SpecFailure } from '../spec/problem.ts';
import { type CommandContext, printJson } from './command-context.ts';
import { EXIT, type ExitCode, exitCodeOfError } from './exit-codes.ts';
import { createProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

/** What the command line needs from its process; tests give their own. */
export type CommandLine = Omit<CommandContext, 'services' | 'exitWith'> & {
  readonly createServices: CreateServices;
};

/** Runs one command and resolves with the exit code. Errors become one sentence on stderr, and one line with `--json`. */
export async function runCommandLine(
  args: readonly string[],
  commandLine: CommandLine,
): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  let services: Promise<Services> | undefined;
  const context: CommandContext = {
    ...commandLine,
    services: () => {
      services ??= commandLine.createServices();
      return services;
    },
    exitWith: (code) => {
      exitCode = code;
    },
  };
  try {
    await createProgram(context).parseAsync([...args], { from: 'user' });
  } catch (error) {
    exitCode = reportError(error, args, commandLine.terminal);
  }
  await services?.then(
    (made) => made.close(),
    () => undefined,
  );
  return exitCode;
}

function reportError(error: unknown, args: readonly string[], terminal: Terminal): ExitCode {
  const isHelp = error instanceof CommanderError && error.exitCode === 0;
  if (isHelp) return EXIT.ok;
  if (args.includes('--json')) printJson(terminal, { error: errorFacts(error) });
  // Commander has written its own message.
  if (error instanceof CommanderError) return EXIT.usage;
  terminal.say(errorText(error, args.includes('--verbose'), terminal));
  return exitCodeOfError(error);
}

function errorText(error: unknown, isVerbose: boolean, { colors }: Terminal): string {
  const label = colors.red('error:');
  if (isFailure(error) && !isVerbose) return `${label} ${error.message}`;
  const stack = stackText(error);
  return isFailure(error) ? `${label} ${stack}` : `${label} This is a bug in Partita.\n${stack}`;
}

/** The error with everything that caused it. */
function stackText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${stackText(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

function errorFacts(error: unknown): object {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CommanderError) return { kind: 'usage', message };
  if (!isFailure(error)) return { kind: 'unexpected', message };
  if (!(error instanceof SpecFailure)) return { kind: error.kind, message };
  const problems = error.problems.map(({ path, place, message: text }) => ({
    path,
    ...place,
    message: text,
  }));
  return { kind: error.kind, message, file: error.fileName, problems };
}
