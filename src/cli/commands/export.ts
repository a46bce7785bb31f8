import { writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { Failure } from '../../domain/failure.ts';
import type { ExportFormat } from '../../operations/requests.ts';
import { bytesText, countedText } from '../../report/number-text.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { examples, JSON_OPTION } from '../option-values.ts';
import { isSetFile } from './modelset.ts';

type Format = ExportFormat | 'mlflow' | 'modelset';

type ExportOptions = {
  readonly format?: Format;
  readonly out?: string;
  readonly to?: string;
  readonly json?: true;
};

export function registerExport(program: Command, context: CommandContext): void {
  const formats: readonly Format[] = ['json', 'onnx', 'mlflow', 'modelset'];
  program
    .command('export')
    .description(
      'a model with its whole pipeline, for other programs; or a whole run: to MLflow, or as one file',
    )
    .argument(
      '<what>',
      "a model's digest, or a unique beginning of it; for mlflow and modelset a run",
    )
    .addOption(
      new Option('--format <format>', "default: by the file's ending, else json").choices(formats),
    )
    .option('--out <file>', 'write to a file (onnx always)')
    .option('--to <url>', 'an MLflow server (default: the variable MLFLOW_TRACKING_URI)')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples(
        'export 9f2c41',
        'export 9f2c41 --out model.onnx',
        'export 0199f2 --format mlflow --to http://127.0.0.1:5000',
        'export 0199f2 --out assets.partita',
      ),
    )
    .action(async (what: string, options: ExportOptions) => {
      if (options.format === 'mlflow') return exportRun(context, what, options);
      const isSet = options.format === 'modelset' || isSetFile(options.out ?? '');
      return (isSet ? exportSet : exportModel)(context, what, options);
    });
}

async function exportModel(
  context: CommandContext,
  model: string,
  { format, out, to }: ExportOptions,
): Promise<void> {
  if (to !== undefined) throw new Failure('usage', '--to goes with --format mlflow.');
  const wanted = format ?? (extname(out ?? '').toLowerCase() === '.onnx' ? 'onnx' : 'json');
  if (wanted === 'mlflow' || wanted === 'modelset')
    throw new RangeError(`A model alone has no form ${wanted}.`);
  if (wanted === 'onnx' && out === undefined)
    throw new Failure('usage', 'An ONNX model is no text: name a file with --out model.onnx.');
  const bytes = await (await context.services()).exportModel(model, wanted);
  if (out === undefined) return context.terminal.data(Buffer.from(bytes).toString('utf8'));
  await writeFile(resolve(context.workingFolder, out), bytes);
  context.terminal.say(`Wrote ${out}.`);
}

async function exportSet(
  context: CommandContext,
  run: string,
  { out, to, json }: ExportOptions,
): Promise<void> {
  if (to !== undefined) throw new Failure('usage', '--to goes with --format mlflow.');
  if (out === undefined || !isSetFile(out))
    throw new Failure('usage', 'A model set goes to a file: --out NAME.partita.');
  const { setFiles } = await context.services();
  const exported = await setFiles.export(run, resolve(context.workingFolder, out));
  if (json) return printJson(context.terminal, exported);
  context.terminal.say(
    `Wrote ${out}: ${countedText(exported.members, 'partition')}, ${bytesText(exported.bytes)}. Score with \`partita predict ${out} --data FILE --out FILE\`.`,
  );
}

async function exportRun(
  context: CommandContext,
  run: string,
  { out, to, json }: ExportOptions,
): Promise<void> {
  if (out !== undefined)
    throw new Failure('usage', 'A run goes to an MLflow server, not to a file: --to URL.');
  const exported = await (await context.services()).exportToMlflow(run, to);
  if (json) return printJson(context.terminal, exported);
  const { written, models, page } = exported;
  context.terminal.say(
    written === 0
      ? 'All of it was there.'
      : `Wrote ${countedText(written, 'run')} with ${countedText(models, 'model')}.`,
  );
  context.terminal.data(`${page}\n`);
}
