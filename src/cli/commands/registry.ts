import type { Command } from 'commander';
import { printable } from '../../domain/printable.ts';
import type { Services } from '../../operations/services.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { examples, JSON_OPTION } from '../option-values.ts';

type Alias = Awaited<ReturnType<Services['modelSets']['promote']>>;
type Options = {
  readonly alias: string;
  readonly reason?: string;
  readonly despiteQuarantine?: true;
  readonly json?: true;
};

const DESPITE = [
  '--despite-quarantine',
  'though some of its models may not answer: the model without partition does for them',
] as const;

/** `promote`, `rollback` and `aliases`: which run answers for an experiment. */
export function registerRegistry(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const show = (alias: Alias, json: true | undefined) =>
    json ? printJson(terminal, alias) : terminal.say(aliasLine(alias));
  program
    .command('promote')
    .description("let a run's model set answer for its experiment")
    .argument('<run>', "a run's id, or a unique beginning of it")
    .option('--alias <name>', 'the name that it answers to, for example challenger', 'champion')
    .option('--reason <text>', 'kept in the audit trail')
    .option(...DESPITE)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples('promote 0199f2', 'predict asset-status@champion --data new.csv --out scored.csv'),
    )
    .action(async (run: string, { alias, reason, json, despiteQuarantine }: Options) => {
      const { modelSets } = await context.services();
      show(await modelSets.promote({ run, alias, despiteQuarantine }, { reason }), json);
    });
  program
    .command('rollback')
    .description('let the run answer that did before')
    .argument('<experiment>', 'its name')
    .option('--alias <name>', 'the name that goes back', 'champion')
    .option('--reason <text>', 'kept in the audit trail')
    .option(...DESPITE)
    .option(...JSON_OPTION)
    .addHelpText('after', examples('rollback asset-status --reason "worse on Mondays"'))
    .action(async (experiment: string, { alias, reason, json, despiteQuarantine }: Options) => {
      const { modelSets } = await context.services();
      show(await modelSets.rollback({ experiment, alias, despiteQuarantine }, { reason }), json);
    });
  program
    .command('aliases')
    .description('which run answers to which name, and which did before')
    .argument('[experiment]', 'only of this one; with --alias its history')
    .option('--alias <name>', 'what this name stood for, the newest first')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('aliases', 'aliases asset-status --alias champion'))
    .action(async (experiment: string | undefined, options: Partial<Options>) => {
      const { modelSets } = await context.services();
      const list =
        experiment !== undefined && options.alias !== undefined
          ? await modelSets.history(experiment, options.alias)
          : await modelSets.aliases({ experiment });
      if (options.json) return printJson(terminal, list);
      for (const alias of list) terminal.data(`${aliasLine(alias)}\n`);
      if (list.length === 0)
        terminal.say('No run answers to a name. Give one: partita promote RUN');
    });
}

function aliasLine({ experiment, alias, runId, actor, at, reason, kind }: Alias): string {
  const why = reason === null ? '' : `: ${reason}`;
  const how = kind === 'rollback' ? 'back to ' : '';
  return printable(
    `${experiment}@${alias}  ${how}run ${runId}  (${at.slice(0, 19)}Z, ${actor}${why})`,
    400,
  );
}
