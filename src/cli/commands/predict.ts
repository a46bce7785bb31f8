import { resolve } from 'node:path';
import type { Command } from 'commander';
import { countedText, countText } from '../../report/number-text.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { examples, JSON_OPTION } from '../option-values.ts';

type PredictOptions = { readonly data: string; readonly out: string; readonly json?: true };

export function registerPredict(program: Command, context: CommandContext): void {
  program
    .command('predict')
    .description('score a file: every row by the model of its partition')
    .argument('<run>', 'the run whose models answer')
    .requiredOption('--data <file>', 'table with the columns that training saw')
    .requiredOption('--out <file>', 'csv, parquet, jsonl or arrow by its ending')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('predict 0199f2 --data new.csv --out scored.csv'))
    .action(async (run: string, { data, out, json }: PredictOptions) => {
      const services = await context.services();
      const result = await services.predict({
        run,
        data: resolve(context.workingFolder, data),
        out: resolve(context.workingFolder, out),
      });
      if (json) return printJson(context.terminal, result);
      const rungs = Object.entries(result.rungs).map(
        ([rung, rows]) => `${countText(rows)} ${rung}`,
      );
      context.terminal.say(
        `Wrote ${countedText(result.rows, 'row')} to ${out}: ${rungs.join(', ')}.`,
      );
    });
}
