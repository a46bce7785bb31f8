import { writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { ReportFormat } from '../../operations/requests.ts';
import type { CommandContext } from '../command-context.ts';
import { examples } from '../option-values.ts';

type ReportOptions = {
  readonly format?: ReportFormat;
  readonly json?: true;
  readonly out?: string;
};

const OF_ENDING: { readonly [ending: string]: ReportFormat } = {
  '.html': 'html',
  '.json': 'json',
  '.md': 'md',
  '.txt': 'text',
};

export function registerReport(program: Command, context: CommandContext): void {
  const formats: readonly ReportFormat[] = ['html', 'json', 'md', 'text'];
  program
    .command('report')
    .description('the report of a run, on stdout or in a file')
    .argument('<run>', "a run's id, or a unique beginning of it")
    .addOption(
      new Option('--format <format>', "default: by the file's ending, else text").choices(formats),
    )
    .option('--json', 'the same as --format json')
    .option('--out <file>', 'write to a file')
    .addHelpText('after', examples('report 0199f2', 'report 0199f2 --out report.html'))
    .action(async (run: string, { format, json, out }: ReportOptions) => {
      const wanted =
        format ?? (json ? 'json' : (OF_ENDING[extname(out ?? '').toLowerCase()] ?? 'text'));
      const text = await (await context.services()).report(run, wanted);
      if (out === undefined) return context.terminal.data(text.endsWith('\n') ? text : `${text}\n`);
      await writeFile(resolve(context.workingFolder, out), text);
      context.terminal.say(`Wrote ${out}.`);
    });
}
