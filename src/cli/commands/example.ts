import type { Command } from 'commander';
import { countedText } from '../../report/number-text.ts';
import type { CommandContext } from '../command-context.ts';
import { examples, JSON_OPTION } from '../option-values.ts';
import { readSpec } from '../read-spec.ts';
import { watchToEnd } from '../watch-run.ts';

export function registerExample(program: Command, context: CommandContext): void {
  program
    .command('example')
    .description(
      'the mining example: made-up asset activity in Postgres, one model per type of asset',
    )
    .option(...JSON_OPTION)
    .addHelpText('after', examples('example'))
    .action(async ({ json }: { readonly json?: true }) => {
      const services = await context.services();
      const { spec, rows } = await services.loadExample();
      context.terminal.say(
        `Loaded ${countedText(rows, 'reading')} of a mine's machines into Postgres.`,
      );
      const prepared = await readSpec(context, spec);
      const { runId } = await services.submit(prepared);
      context.terminal.say(`Run ${runId} of ${prepared.spec.name}`);
      context.exitWith(await watchToEnd(context, runId, json === true));
    });
}
