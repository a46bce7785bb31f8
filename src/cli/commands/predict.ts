import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { Failure } from '../../domain/failure.ts';
import type { SparkPlace } from '../../operations/requests.ts';
import { countedText, countText } from '../../report/number-text.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { examples, JSON_OPTION, wholeNumber } from '../option-values.ts';
import { isSetFile } from './modelset.ts';

type PredictOptions = {
  readonly data?: string;
  readonly table?: string;
  readonly out?: string;
  readonly outTable?: string;
  readonly engine?: 'local' | 'spark';
  readonly remote?: string;
  readonly explain?: number | true;
  readonly json?: true;
};

export function registerPredict(program: Command, context: CommandContext): void {
  program
    .command('predict')
    .description('score a file, or a table on Spark: every row by the model of its partition')
    .argument('<models>', 'the run whose models answer, or a model set file (NAME.partita)')
    .option('--data <file>', 'table with the columns that training saw; on Spark a Parquet path')
    .addOption(
      new Option('--table <name>', "a table of Spark's catalog in place of --data")
        .conflicts('data')
        .implies({ engine: 'spark' }),
    )
    .option('--out <file>', 'csv, parquet, jsonl or arrow by its ending; on Spark a new folder')
    .addOption(
      new Option('--out-table <name>', "a new table of Spark's catalog in place of --out")
        .conflicts('out')
        .implies({ engine: 'spark' }),
    )
    .addOption(
      new Option('--engine <kind>', 'spark: executors read, score and write').choices([
        'local',
        'spark',
      ]),
    )
    .option(
      '--explain [columns]',
      'beside each row, the columns that moved its prediction most, 5 unless said',
      wholeNumber(1, 50),
    )
    .option('--remote <address>', "Spark Connect server, instead of the one in the run's spec")
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples(
        'predict 0199f2 --data new.csv --out scored.csv',
        'predict 0199f2 --data new.csv --out scored.csv --explain 3',
        'predict assets.partita --data new.csv --out scored.csv',
        'predict 0199f2 --engine spark --data /lake/new --out /lake/scored',
        'predict 0199f2 --table readings --out-table scored',
      ),
    )
    .action(async (models: string, options: PredictOptions) => {
      const services = await context.services();
      const result =
        options.engine === 'spark'
          ? await context.untilInterrupted((signal) =>
              services.predictTable(tableRequest(models, options, context.workingFolder), signal),
            )
          : await services.predict(fileRequest(models, options, context.workingFolder));
      if (options.json) return printJson(context.terminal, result);
      const rungs = Object.entries(result.rungs).map(
        ([rung, rows]) => `${countText(rows)} ${rung}`,
      );
      const out = options.out ?? result.out;
      context.terminal.say(
        `Wrote ${countedText(result.rows, 'row')} to ${out}: ${rungs.join(', ')}.`,
      );
      for (const [algorithm, rows] of Object.entries(result.unexplained ?? {}))
        context.terminal.say(
          `${countedText(rows, 'row')} without an explanation: ${algorithm} can't say what its columns add.`,
        );
    });
}

/** Columns named per row by a bare `--explain`. */
const EXPLAINED_COLUMNS = 5;

function fileRequest(models: string, options: PredictOptions, folder: string) {
  const { data, out, engine, explain } = options;
  return {
    ...(isSetFile(models) ? { set: resolve(folder, models) } : { run: models }),
    data: resolve(folder, given(data, '--data FILE')),
    out: resolve(folder, given(out, '--out FILE')),
    ...(engine === 'local' && { engine }),
    ...(explain !== undefined && { explain: explain === true ? EXPLAINED_COLUMNS : explain }),
  };
}

function tableRequest(run: string, options: PredictOptions, folder: string) {
  const { data, table, out, outTable, remote, explain } = options;
  if (isSetFile(run))
    throw new Failure(
      'usage',
      'A model set file answers on this machine: leave out --engine spark.',
    );
  if (explain !== undefined)
    throw new Failure(
      'usage',
      'Executors explain no predictions: use --explain with --data FILE and --out FILE, without --engine spark.',
    );
  return {
    run,
    data: placeOf(data, table, folder, '--data PATH or --table NAME'),
    out: placeOf(out, outTable, folder, '--out FOLDER or --out-table NAME'),
    ...(remote !== undefined && { remote }),
  };
}

function placeOf(
  path: string | undefined,
  table: string | undefined,
  folder: string,
  what: string,
): SparkPlace {
  if (table !== undefined) return { table };
  const named = given(path, what);
  return { path: /^[a-z][a-z\d+.-]*:/i.test(named) ? named : resolve(folder, named) };
}

function given(value: string | undefined, what: string): string {
  if (value !== undefined) return value;
  throw new Failure('usage', `\`partita predict\` needs ${what}.`);
}
