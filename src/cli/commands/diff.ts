import type { Command } from 'commander';
import { type CommandContext, printJson } from '../command-context.ts';
import { diffText } from '../diff-text.ts';
import { examples, JSON_OPTION } from '../option-values.ts';

/** `diff A B`, and the same as `runs diff A B`. */
export function registerDiff(program: Command, context: CommandContext): void {
  const runs = program.commands.find((command) => command.name() === 'runs');
  for (const parent of runs === undefined ? [program] : [program, runs])
    parent
      .command('diff')
      .description('what changed from one run to another, and what that did')
      .argument('<a>', "a run's id, or a unique beginning of it")
      .argument('<b>', 'another run')
      .option(...JSON_OPTION)
      .addHelpText('after', examples('diff 0199f2 0199f7'))
      .action(async (a: string, b: string, { json }: { readonly json?: true }) => {
        const comparison = await (await context.services()).diff(a, b);
        if (json) return printJson(context.terminal, comparison);
        context.terminal.data(diffText(comparison));
      });
}
