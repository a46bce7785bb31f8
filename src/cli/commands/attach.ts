import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { examples, JSON_OPTION } from '../option-values.ts';
import { watchToEnd } from '../watch-run.ts';

export function registerAttach(program: Command, context: CommandContext): void {
  program
    .command('attach')
    .description('watch a run to its end and print its result')
    .argument('<run>', "a run's id, or a unique beginning of it")
    .option(...JSON_OPTION)
    .addHelpText('after', examples('attach 0199f2', 'attach 0199f2 --json'))
    .action(async (run: string, options: { readonly json?: true }) => {
      context.exitWith(await watchToEnd(context, run, options.json === true));
    });
}
