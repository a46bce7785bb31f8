import type { Command } from 'commander';
import { printable } from '../../domain/printable.ts';
import type { RunSummary } from '../../operations/services.ts';
import { countedText } from '../../report/number-text.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { examples, JSON_OPTION, wholeNumber } from '../option-values.ts';
import { showResult } from '../show-result.ts';

type ListOptions = { readonly limit: number; readonly experiment?: string; readonly json?: true };
type ShowOptions = { readonly all?: true; readonly json?: true };

export function registerRuns(program: Command, context: CommandContext): void {
  const runs = program.command('runs').description('runs that were made');
  runs
    .command('ls')
    .description('the newest runs first')
    .option('--limit <number>', 'how many', wholeNumber(1, 10_000), 20)
    .option('--experiment <name>', 'only runs of this experiment')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('runs ls', 'runs ls --experiment asset-status --json'))
    .action(async ({ limit, experiment, json }: ListOptions) => {
      const services = await context.services();
      const list = await services.runs({
        limit,
        ...(experiment === undefined ? {} : { experiment }),
      });
      if (json) return printJson(context.terminal, list);
      for (const run of list) context.terminal.data(`${runLine(run)}\n`);
      if (list.length === 0) context.terminal.say('There are no runs yet. Start one: partita run');
    });
  runs
    .command('show')
    .description('the result of a run')
    .argument('<run>', "a run's id, or a unique beginning of it")
    .option('--all', 'every partition, however many')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('runs show 0199f2', 'runs show 0199f2 --json'))
    .action(async (run: string, { all, json }: ShowOptions) => {
      const result = await (await context.services()).result(run);
      await showResult(context, result, json ? 'json' : all ? 'full text' : 'text');
    });
}

function runLine({ runId, status, createdAt, partitions, experiment }: RunSummary): string {
  const count = partitions === null ? '' : countedText(partitions, 'partition');
  return `${runId}  ${status.padEnd(9)}  ${createdAt.slice(0, 19)}Z  ${printable(experiment)}  ${count}`.trimEnd();
}
