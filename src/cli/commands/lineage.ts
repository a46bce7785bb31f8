import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { provOf } from '../../report/prov.ts';
import type { CommandContext } from '../command-context.ts';
import { lineageText } from '../lineage-text.ts';
import { examples } from '../option-values.ts';

type Format = 'text' | 'json' | 'prov';
type Options = { readonly format: Format; readonly json?: true; readonly out?: string };

export function registerLineage(program: Command, context: CommandContext): void {
  const formats: readonly Format[] = ['text', 'json', 'prov'];
  program
    .command('lineage')
    .description('which data, spec, code, parameters and seed made a model')
    .argument('<model>', "a model's digest, or a unique beginning of it")
    .addOption(
      new Option('--format <format>', 'prov: PROV-JSON, for other programs')
        .choices(formats)
        .default('text'),
    )
    .option('--json', 'the same as --format json')
    .option('--out <file>', 'write to a file')
    .addHelpText(
      'after',
      examples('lineage sha256:9f2c41', 'lineage 9f2c41 --format prov --out model.prov.json'),
    )
    .action(async (model: string, { format, json, out }: Options) => {
      const lineage = await (await context.services()).lineage(model);
      const wanted = json ? 'json' : format;
      const text =
        wanted === 'text'
          ? lineageText(lineage)
          : `${JSON.stringify(wanted === 'prov' ? provOf(lineage) : lineage)}\n`;
      if (out === undefined) return context.terminal.data(text);
      await writeFile(resolve(context.workingFolder, out), text);
      context.terminal.say(`Wrote ${out}.`);
    });
}
