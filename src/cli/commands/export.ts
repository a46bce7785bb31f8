import { writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { Failure } from '../../domain/failure.ts';
import type { ExportFormat } from '../../operations/services.ts';
import type { CommandContext } from '../command-context.ts';
import { examples } from '../option-values.ts';

type ExportOptions = { readonly format?: ExportFormat; readonly out?: string };

export function registerExport(program: Command, context: CommandContext): void {
  const formats: readonly ExportFormat[] = ['json', 'onnx'];
  program
    .command('export')
    .description('a model with its whole pipeline, for other programs')
    .argument('<model>', "a model's digest, or a unique beginning of it")
    .addOption(
      new Option('--format <format>', "default: by the file's ending, else json").choices(formats),
    )
    .option('--out <file>', 'write to a file (onnx always)')
    .addHelpText('after', examples('export 9f2c41', 'export 9f2c41 --out model.onnx'))
    .action(async (model: string, { format, out }: ExportOptions) => {
      const wanted = format ?? (extname(out ?? '').toLowerCase() === '.onnx' ? 'onnx' : 'json');
      if (wanted === 'onnx' && out === undefined)
        throw new Failure('usage', 'An ONNX model is no text: name a file with --out model.onnx.');
      const bytes = await (await context.services()).exportModel(model, wanted);
      if (out === undefined) return context.terminal.data(Buffer.from(bytes).toString('utf8'));
      await writeFile(resolve(context.workingFolder, out), bytes);
      context.terminal.say(`Wrote ${out}.`);
    });
}
