import type { Command } from 'commander';
import { type CommandContext, printJson } from '../command-context.ts';
import { lineageText } from '../lineage-text.ts';
import { examples, JSON_OPTION } from '../option-values.ts';

export function registerLineage(program: Command, context: CommandContext): void {
  program
    .command('lineage')
    .description('which data, spec, code, parameters and seed made a model')
    .argument('<model>', "a model's digest, or a unique beginning of it")
    .option(...JSON_OPTION)
    .addHelpText('after', examples('lineage sha256:9f2c41', 'lineage 9f2c41 --json'))
    .action(async (model: string, options: { readonly json?: true }) => {
      const lineage = await (await context.services()).lineage(model);
      if (options.json) return printJson(context.terminal, lineage);
      context.terminal.data(lineageText(lineage));
    });
}
