import type { Command } from 'commander';
import { countedText } from '../../report/number-text.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { examples, JSON_OPTION } from '../option-values.ts';
import { readSpec } from '../read-spec.ts';
import { watchToEnd } from '../watch-run.ts';
import { serveUntilInterrupted } from './serve.ts';

export function registerExample(program: Command, context: CommandContext): void {
  program
    .command('example')
    .description(
      'the mining example: made-up asset activity in Postgres, one model per type of asset; in a terminal, the web application afterwards',
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
      const code = await watchToEnd(context, runId, json === true);
      context.exitWith(code);
      const isWatched = context.terminal.isInteractive && context.terminal.isDataInteractive;
      if (isWatched && json === undefined && code !== EXIT.detached)
        await serveUntilInterrupted(context);
    });
}
