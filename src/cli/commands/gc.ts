import type { Command } from 'commander';
import { printable } from '../../domain/printable.ts';
import type { Services } from '../../operations/services.ts';
import { bytesText, countedText } from '../../report/number-text.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { examples, JSON_OPTION, wholeNumber } from '../option-values.ts';

type Garbage = Awaited<ReturnType<Services['collectGarbage']>>;
type Tally = Garbage['kept'];
type Options = {
  readonly dryRun?: boolean;
  readonly keepDays: number;
  readonly unknown?: boolean;
  readonly json?: true;
};

const SHOWN = 20;

export function registerGc(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('gc')
    .description('take away the bytes that no kept run reaches; every row of the record stays')
    .option('--dry-run', 'only say what would go')
    .option(
      '--keep-days <number>',
      'how long a deleted run can be restored',
      wholeNumber(0, 36_500),
      7,
    )
    .option('--unknown', 'also objects that no run of this database has recorded')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('gc --dry-run', 'runs delete 0199f2', 'gc --keep-days 0'))
    .action(async ({ dryRun = false, keepDays, unknown = false, json }: Options) => {
      const request = { dryRun, keepDays, unknown };
      const garbage = await (await context.services()).collectGarbage(request);
      if (json) return printJson(terminal, garbage);
      terminal.data(garbageText(garbage));
    });
}

function garbageText(garbage: Garbage): string {
  const { dryRun, runs, objects, reports, uploads, drift, leftovers } = garbage;
  const { kept, unknown, paths } = garbage;
  const gone = [
    tallyText(objects, 'object'),
    tallyText(reports, 'page'),
    tallyText(uploads, 'upload'),
    tallyText(drift, 'comparison'),
    tallyText(leftovers, 'leftover'),
  ].filter((text) => text !== null);
  const what = gone.length === 0 ? 'nothing' : gone.join(', ');
  return [
    `${dryRun ? 'Would take away' : 'Took away'} ${what}; kept: ${tallyText(kept, 'object') ?? 'nothing'}.`,
    ...(runs.length === 0
      ? []
      : [
          `Of ${countedText(runs.length, 'deleted run')}, which can't be restored ${dryRun ? 'afterwards' : 'any more'}.`,
        ]),
    ...(unknown.count === 0
      ? []
      : [
          `${tallyText(unknown, 'object')} that no run of this database has recorded: left alone; --unknown takes them, too.`,
        ]),
    ...(dryRun ? paths.slice(0, SHOWN).map((path) => `  ${printable(path, 400)}`) : []),
    ...(dryRun && paths.length > SHOWN ? ['  … more: add --json'] : []),
    '',
  ].join('\n');
}

function tallyText({ count, bytes }: Tally, noun: string): string | null {
  return count === 0 ? null : `${countedText(count, noun)} (${bytesText(bytes)})`;
}
