import { type Command, Option } from 'commander';
import { Failure } from '../../domain/failure.ts';
import { printable } from '../../domain/printable.ts';
import type { Again } from '../../domain/run.ts';
import type { RetryResult } from '../../operations/requests.ts';
import { countedText } from '../../report/number-text.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { examples, JSON_OPTION } from '../option-values.ts';
import { watchToEnd } from '../watch-run.ts';

type Options = {
  readonly failed?: true;
  readonly missing?: true;
  readonly all?: true;
  readonly partition?: string;
  readonly dryRun?: true;
  readonly detach?: true;
  readonly json?: true;
};

/** Partitions that a dry run names. */
const SHOWN = 20;

export function registerRetry(program: Command, context: CommandContext): void {
  program
    .command('retry')
    .description('a new run on the rows that a run read: fits some again, takes over the rest')
    .argument('<run>', "a run's id, or a unique beginning of it")
    .addOption(new Option('--failed', 'what failed, and what the run never got to'))
    .addOption(new Option('--missing', 'only what the run never got to').conflicts('failed'))
    .addOption(new Option('--all', 'everything').conflicts(['failed', 'missing']))
    .option('--partition <key>', 'of these only one: its value, or its text such as region=eu')
    .option('--dry-run', 'only say what would be fitted again')
    .option('--detach', 'start the run and return at once')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('retry 0199f2 --failed', 'retry 0199f2 --partition eu'))
    .action(async (run: string, options: Options) => {
      const { terminal } = context;
      const { partition, dryRun = false } = options;
      const services = await context.services();
      const result = await services.retry({ run, which: whichOf(options), partition, dryRun });
      terminal.say(retryText(result));
      if (result.runId === null) {
        if (options.json) printJson(terminal, result);
        else
          for (const text of result.partitions.slice(0, SHOWN))
            terminal.say(`  ${printable(text)}`);
        return;
      }
      terminal.say(`Run ${result.runId}, from run ${result.origin}`);
      if (options.detach === undefined)
        return context.exitWith(await watchToEnd(context, result.runId, options.json === true));
      if (options.json) printJson(terminal, result);
      else terminal.data(`${result.runId}\n`);
      context.exitWith(EXIT.ok);
    });
}

/** A partition that is named is meant whatever became of it. */
function whichOf({ failed, missing, all, partition }: Options): Again['which'] {
  if (failed) return 'failed';
  if (missing) return 'missing';
  if (all || partition !== undefined) return 'all';
  throw new Failure(
    'usage',
    'Say what to fit again: --failed, --missing, --all or --partition KEY.',
  );
}

function retryText({ again, takenOver, note }: RetryResult): string {
  const rest = `${countedText(takenOver, 'partition')} taken over`;
  const what = `${countedText(again, 'partition')} to be fitted again, ${rest}.`;
  return note === null ? what : `${note}\n${what}`;
}
