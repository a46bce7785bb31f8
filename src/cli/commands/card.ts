import { writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { CardFormat } from '../../operations/requests.ts';
import type { CommandContext } from '../command-context.ts';
import { examples } from '../option-values.ts';

type CardOptions = {
  readonly format?: CardFormat;
  readonly json?: true;
  readonly out?: string;
};

const OF_ENDING: { readonly [ending: string]: CardFormat } = { '.html': 'html', '.json': 'json' };

export function registerCard(program: Command, context: CommandContext): void {
  const formats: readonly CardFormat[] = ['md', 'html', 'json'];
  program
    .command('card')
    .description(
      'what a reviewer asks of a model: purpose, data, why, candidates, code, who and when',
    )
    .argument('<model>', "a model's digest, or a unique beginning of it")
    .addOption(
      new Option('--format <format>', "default: by the file's ending, else md").choices(formats),
    )
    .option('--json', 'the same as --format json')
    .option('--out <file>', 'write to a file')
    .addHelpText('after', examples('card 9f2c41', 'card 9f2c41 --out card.html'))
    .action(async (model: string, { format, json, out }: CardOptions) => {
      const ofEnding = OF_ENDING[extname(out ?? '').toLowerCase()] ?? 'md';
      const wanted = format ?? (json ? 'json' : ofEnding);
      const text = await (await context.services()).card(model, wanted);
      if (out === undefined) return context.terminal.data(text.endsWith('\n') ? text : `${text}\n`);
      await writeFile(resolve(context.workingFolder, out), text);
      context.terminal.say(`Wrote ${out}.`);
    });
}
