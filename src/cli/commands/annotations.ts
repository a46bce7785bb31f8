import type { Command } from 'commander';
import { printable } from '../../domain/printable.ts';
import type { Services } from '../../operations/services.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { examples, JSON_OPTION } from '../option-values.ts';

type Annotations = Awaited<ReturnType<Services['quarantines']['annotations']>>;
type Options = { readonly remove?: true; readonly json?: true };

const WHAT = "a run's id or alias, a model's digest, or a unique beginning";

/** `note`, `tag` and `notes`: what people say of a run or a model; all of it stays on record. */
export function registerAnnotations(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const show = (annotations: Annotations, { json }: Options) =>
    json ? printJson(terminal, annotations) : terminal.data(annotationsText(annotations));
  program
    .command('note')
    .description('say something of a run or a model: its purpose, its owner, a finding')
    .argument('<what>', WHAT)
    .argument('<text>', 'what there is to say')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('note 0199f2 "holds for the summer shift only"'))
    .action(async (what: string, text: string, options: Options) => {
      const { quarantines } = await context.services();
      show(await quarantines.annotate(what, { kind: 'note', text }), options);
    });
  program
    .command('tag')
    .description(
      'tag a run or a model: NAME or NAME=VALUE; `owner` and `purpose` stand on the card',
    )
    .argument('<what>', WHAT)
    .argument('<tag>', 'a name, or a name and a value')
    .option('--remove', 'take the tag off')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('tag 0199f2 owner="Ada Lovelace"', 'tag 9f2c41 tier=1'))
    .action(async (what: string, tag: string, options: Options) => {
      const [name = '', ...values] = tag.split('=');
      const annotation = options.remove
        ? ({ kind: 'untag', name } as const)
        : ({ kind: 'tag', name, text: values.join('=') } as const);
      const { quarantines } = await context.services();
      show(await quarantines.annotate(what, annotation), options);
    });
  program
    .command('notes')
    .description('the tags and notes of a run or a model')
    .argument('<what>', WHAT)
    .option(...JSON_OPTION)
    .action(async (what: string, options: Options) => {
      show(await (await context.services()).quarantines.annotations(what), options);
    });
}

function annotationsText({ of, tags, notes }: Annotations): string {
  const title = of.kind === 'run' ? `run ${of.runId}` : `model ${of.model}`;
  const lines = [
    ...tags.map(({ name, text }) => `  ${text === '' ? name : printable(`${name}=${text}`, 400)}`),
    ...notes.map(({ text, actor, at }) =>
      printable(`  ${at.slice(0, 19)}Z  ${actor}: ${text}`, 2_200),
    ),
  ];
  return `${[title, ...(lines.length === 0 ? ['  no tags and no notes'] : lines)].join('\n')}\n`;
}
