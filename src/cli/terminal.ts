import { createColors } from 'picocolors';

/** Where the commands write: data for programs to stdout, everything for people to stderr. */
export type Terminal = {
  /** Writes to stdout as it is. */
  readonly data: (text: string) => void;
  /** Writes one line to stderr. */
  readonly say: (line: string) => void;
  /** Stderr itself, for a bar that is drawn in place. */
  readonly progressStream: NodeJS.WritableStream;
  /** Whether a person watches stderr. */
  readonly isInteractive: boolean;
  /** Whether a person reads stdout. */
  readonly isDataInteractive: boolean;
  readonly colors: Colors;
};

export type Colors = ReturnType<typeof createColors>;

/** `colour: false` (NO_COLOR, `--no-color`) turns colours off; so does output that is no terminal. */
export function processTerminal(process: NodeJS.Process, colour: boolean): Terminal {
  const isDataInteractive = process.stdout.isTTY === true;
  return {
    data: (text) => {
      process.stdout.write(text);
    },
    say: (line) => {
      process.stderr.write(`${line}\n`);
    },
    progressStream: process.stderr,
    isInteractive: process.stderr.isTTY === true,
    isDataInteractive,
    colors: createColors(colour && isDataInteractive),
  };
}
