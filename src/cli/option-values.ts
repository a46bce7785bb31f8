import { InvalidArgumentError } from 'commander';

/** A parser of whole numbers for an option; anything else is a usage error that says what is allowed. */
export function wholeNumber(minimum: number, maximum = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
    const most = maximum === Number.MAX_SAFE_INTEGER ? '2^53 − 1' : maximum;
    throw new InvalidArgumentError(`Expected a whole number from ${minimum} to ${most}.`);
  };
}

/** A parser of numbers for an option, borders included. */
export function numberFrom(minimum: number, maximum: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`Expected a number from ${minimum} to ${maximum}.`);
  };
}

/** Text for `--help`, after the options. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ partita ${line}`).join('\n')}`;
}

export const JSON_OPTION = ['--json', 'print one line of JSON on stdout'] as const;
