import { resolve } from 'node:path';
import type { Command } from 'commander';
import { printable } from '../../domain/printable.ts';
import type { Services } from '../../operations/services.ts';
import { countedText } from '../../report/number-text.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { examples, JSON_OPTION } from '../option-values.ts';

type SetFiles = Services['setFiles'];
type Shown = Awaited<ReturnType<SetFiles['show']>>;
type Changed = Awaited<ReturnType<SetFiles['replace']>>;
type Options = {
  readonly partition: string;
  readonly run: string;
  readonly reason?: string;
  readonly json?: true;
};

/** Whether an argument names a model set file, and not a run. */
export function isSetFile(argument: string): boolean {
  return argument.endsWith('.partita');
}

/** `modelset`: files that `export` has written from runs. */
export function registerModelset(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const pathOf = (file: string) => resolve(context.workingFolder, file);
  const tell = (json: true | undefined, result: object, line: string) =>
    json ? printJson(terminal, result) : terminal.say(line);
  const group = program
    .command('modelset')
    .description('model sets as files of their own: what is in one, another member, one less')
    .addHelpText(
      'after',
      examples(
        'export 0199f2 --out assets.partita',
        'modelset show assets.partita --partition type=pump',
        'modelset replace assets.partita --partition type=pump --run 01a3c4',
        'modelset withdraw assets.partita --partition type=pump --reason "sensor was wrong"',
        'modelset verify assets.partita',
      ),
    );
  group
    .command('show')
    .description('what is in the file, and how it came to be')
    .argument('<file>')
    .option('--partition <text>', 'who answers for this one')
    .option(...JSON_OPTION)
    .action(async (file: string, { partition, json }: Partial<Options>) => {
      const shown = await (await context.services()).setFiles.show(pathOf(file), partition);
      tell(json, shown, shownText(shown));
    });
  group
    .command('verify')
    .description('read every model in it and compare it with its digest')
    .argument('<file>')
    .option(...JSON_OPTION)
    .action(async (file: string, { json }: Partial<Options>) => {
      const found = await (await context.services()).setFiles.verify(pathOf(file));
      const models = countedText(found.models, 'model');
      tell(json, found, `${file}, version ${found.version}, is sound: ${models} read.`);
    });
  group
    .command('replace')
    .description('let the model of another run answer for one partition')
    .argument('<file>')
    .requiredOption('--partition <text>', 'its text, for example type=pump')
    .requiredOption('--run <run>', 'whose model comes in')
    .option('--reason <text>', 'kept in the file')
    .option(...JSON_OPTION)
    .action(async (file: string, { partition, run, reason, json }: Options) => {
      const { setFiles } = await context.services();
      const changed = await setFiles.replace(pathOf(file), {
        partition,
        run,
        reason: reason ?? null,
      });
      tell(json, changed, changedText(file, changed));
    });
  group
    .command('withdraw')
    .description(
      'no own model answers for one partition any more: its parent or the one without partition does',
    )
    .argument('<file>')
    .requiredOption('--partition <text>', 'its text, for example type=pump')
    .option('--reason <text>', 'kept in the file, and told with every answer')
    .option(...JSON_OPTION)
    .action(async (file: string, { partition, reason, json }: Options) => {
      const { setFiles } = await context.services();
      const changed = await setFiles.withdraw(pathOf(file), { partition, reason: reason ?? null });
      tell(json, changed, changedText(file, changed));
    });
}

function changedText(file: string, { version, digest, isNew }: Changed): string {
  return isNew
    ? `${file} is at version ${version} now: ${digest}.`
    : `Nothing changed: ${file}, version ${version}, has it so already.`;
}

function shownText({ name, version, digest, counts, hasGlobal, history, answer }: Shown): string {
  const parts = [
    countedText(counts.members, 'partition'),
    ...(counts.parents > 0 ? [countedText(counts.parents, 'parent')] : []),
    ...(hasGlobal ? ['a model without partition'] : []),
    ...(counts.unanswered > 0
      ? [`${countedText(counts.unanswered, 'partition')} that nobody answers for`]
      : []),
  ];
  const lines = [
    `${printable(name)}, version ${version}: ${parts.join(', ')}`,
    digest,
    ...history.map(({ version: of, at, by, kind, partition, run, reason }) =>
      [
        `  ${of}  ${at}  ${kind}`,
        ...(partition === null ? [] : [printable(partition)]),
        ...(run === null ? [] : [`from run ${run}`]),
        `by ${printable(by)}`,
        ...(reason === null ? [] : [`(${printable(reason)})`]),
      ].join(' '),
    ),
    ...(answer === undefined
      ? []
      : [
          `${printable(answer.partition)}: ${answer.rung} ${answer.model ?? ''}${answer.reason === null ? '' : ` (${printable(answer.reason)})`}`,
        ]),
  ];
  return lines.join('\n');
}
