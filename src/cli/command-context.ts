import type { Config } from '../config.ts';
import type { MigrateDatabase, Services } from '../operations/services.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** What every command is given: no command touches the process by itself. */
export type CommandContext = {
  readonly terminal: Terminal;
  /** Of the package. */
  readonly version: string;
  /** Made on the first call. */
  services(): Promise<Services>;
  readonly migrateDatabase: MigrateDatabase;
  config(): Config;
  /** The folder that relative paths start from. */
  readonly workingFolder: string;
  hasVariable(name: string): boolean;
  /** Aborts when the person presses Ctrl-C (or the process is told to end) while `action` runs; the process goes on. */
  untilInterrupted<Result>(action: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
  /** Milliseconds of a steady clock, for rates. */
  readonly now: () => number;
  /** Ends the command line with this code when the command is done. */
  exitWith(code: ExitCode): void;
};

/** Exactly one line of JSON on stdout. */
export function printJson(terminal: Terminal, value: object): void {
  terminal.data(`${JSON.stringify(value)}\n`);
}
