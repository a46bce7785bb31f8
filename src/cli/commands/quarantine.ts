import type { Command } from 'commander';
import { printable } from '../../domain/printable.ts';
import type { Services } from '../../operations/services.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { impactText, subjectText } from '../impact-text.ts';
import { examples, JSON_OPTION } from '../option-values.ts';

type Quarantine = Awaited<ReturnType<Services['quarantines']['begin']>>;
type Listed = Awaited<ReturnType<Services['quarantines']['list']>>;
type Asked = { readonly experiment?: string; readonly json?: true };
type Change = Asked & { readonly reason: string };

const WHAT = "a digest or a unique beginning of it, or a partition's key";
const EXPERIMENT = ['--experiment <name>', 'whose partition is meant'] as const;

/** `impact`, `quarantine` and `release`: what bad data reached, and what must not answer any more. */
export function registerQuarantine(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('impact')
    .description('every run, model and name that rows, a snapshot, a partition or a model reached')
    .argument('<what>', WHAT)
    .option(...EXPERIMENT)
    .option(...JSON_OPTION)
    .addHelpText('after', examples('impact sha256:9f2c41', 'impact car --experiment asset-status'))
    .action(async (what: string, { experiment, json }: Asked) => {
      const impact = await (await context.services()).quarantines.impact({ what, experiment });
      if (json) return printJson(terminal, impact);
      terminal.data(impactText(impact));
    });
  program
    .command('quarantine')
    .description(
      'let a model, or every model of bad data, answer no more; without an argument: what may not',
    )
    .argument('[what]', WHAT)
    .option(...EXPERIMENT)
    .option('--reason <text>', 'told with every row that is answered otherwise')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples(
        'quarantine sha256:9f2c41 --reason "sensor 7 was broken"',
        'quarantine car --experiment asset-status --reason "labels are under review"',
      ),
    )
    .action(async (what: string | undefined, options: Partial<Change>) => {
      const { quarantines } = await context.services();
      if (what === undefined) return list(await quarantines.list(), options.json);
      const { experiment, reason = '', json } = options;
      show('in quarantine', await quarantines.begin({ what, experiment }, { reason }), json);
    });
  program
    .command('release')
    .description('let answer again what is in quarantine')
    .argument('<what>', WHAT)
    .option(...EXPERIMENT)
    .requiredOption('--reason <text>', 'kept in the audit trail')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('release sha256:9f2c41 --reason "the sensor was fine"'))
    .action(async (what: string, { experiment, reason, json }: Change) => {
      const { quarantines } = await context.services();
      show('released', await quarantines.end({ what, experiment }, { reason }), json);
    });

  function show(state: string, quarantine: Quarantine, json: true | undefined): void {
    if (json) printJson(terminal, quarantine);
    else terminal.say(`${subjectText(quarantine.subject)}: ${state}`);
  }

  function list(quarantines: Listed, json: true | undefined): void {
    if (json) return printJson(terminal, quarantines.map(withoutPlace));
    for (const one of quarantines) terminal.data(`${quarantineLine(one)}\n`);
    if (quarantines.length === 0) terminal.say('Nothing is in quarantine.');
  }
}

/** The place of a quarantine is for lists that go on. */
function withoutPlace(standing: Listed[number]): Quarantine {
  const { place: _, ...quarantine } = standing;
  return quarantine;
}

function quarantineLine({ subject, actor, at, reason }: Quarantine): string {
  return printable(`${subjectText(subject)}  (${at.slice(0, 19)}Z, ${actor}: ${reason})`, 400);
}
