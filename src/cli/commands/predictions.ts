import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { PredictionsRequest } from '../../operations/requests.ts';
import { countedText } from '../../report/number-text.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { examples, JSON_OPTION } from '../option-values.ts';

type PredictionsOptions = Pick<PredictionsRequest, 'split' | 'out'> & { readonly json?: true };

export function registerPredictions(program: Command, context: CommandContext): void {
  program
    .command('predictions')
    .description('the stored predictions that a run was judged by')
    .argument('<run>', "a run's id, or a unique beginning of it")
    .addOption(
      new Option('--split <split>', 'holdout or out-of-fold rows')
        .choices(['holdout', 'oof'])
        .makeOptionMandatory(),
    )
    .requiredOption('--out <file>', 'csv, parquet, jsonl or arrow by its ending')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('predictions 0199f2 --split oof --out oof.csv'))
    .action(async (run: string, { split, out, json }: PredictionsOptions) => {
      const services = await context.services();
      const path = resolve(context.workingFolder, out);
      const result = await services.predictions({ run, split, out: path });
      if (json) return printJson(context.terminal, result);
      context.terminal.say(`Wrote ${countedText(result.rows, 'row')} to ${out}.`);
    });
}
