import type { Command } from 'commander';
import { adviceText } from '../advice-text.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { examples, JSON_OPTION, wholeNumber } from '../option-values.ts';
import { readSpec } from '../read-spec.ts';

/** Enough to tell a gain of a few percent, and seconds of work. */
const DEFAULT_ROWS = 10_000;

export function registerAdvise(program: Command, context: CommandContext): void {
  program
    .command('advise')
    .description('which column deserves to be the partition key, if any; writes nothing')
    .argument('[spec]', 'YAML or JSON file (default: partita.yaml)')
    .option(
      '--rows <count>',
      'the most rows that candidates are judged on, drawn by their content',
      wholeNumber(100, 1_000_000),
      DEFAULT_ROWS,
    )
    .option(...JSON_OPTION)
    .addHelpText('after', examples('advise', 'advise sales.partita.yaml --rows 50000 --json'))
    .action(
      async (
        file: string | undefined,
        { rows, json }: { readonly rows: number; readonly json?: true },
      ) => {
        const prepared = await readSpec(context, file);
        const services = await context.services();
        const advice = await context.untilInterrupted((signal) =>
          services.advise({ ...prepared, rows }, signal),
        );
        if (json) printJson(context.terminal, advice);
        else context.terminal.data(adviceText(advice, context.terminal.colors));
      },
    );
}
