import type { Command } from 'commander';
import { printable } from '../../domain/printable.ts';
import { isTerminal } from '../../domain/run.ts';
import type { Services } from '../../operations/services.ts';
import { countedText } from '../../report/number-text.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { examples, JSON_OPTION } from '../option-values.ts';
import { watchRun } from '../watch-run.ts';

type Reproduction = Awaited<ReturnType<Services['recordReproduction']>>;

type Options = { readonly record?: true; readonly json?: true };

export function registerReproduce(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('reproduce')
    .description('run again on the rows that a run read, and compare step by step')
    .argument('<run>', "a run's id, or a unique beginning of it")
    .option('--record', 'RUN was begun so and has ended: put its outcome on record, start nothing')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('reproduce 0199f2'))
    .action(async (run: string, { record, json }: Options) => {
      const services = await context.services();
      const end = (reproduction: Reproduction): void => {
        if (json) printJson(terminal, reproduction);
        else terminal.data(reproductionText(reproduction));
        context.exitWith(reproduction.isReproduced ? EXIT.ok : EXIT.mismatch);
      };
      if (record) return end(await services.recordReproduction(run));
      const started = await services.reproduce(run);
      if (started.kind === 'ended') return end(started.reproduction);
      const { runId, origin } = started;
      terminal.say(`Run ${runId} reproduces run ${origin}`);
      const last = await watchRun(context, runId);
      if (!isTerminal(last.status)) {
        terminal.say(
          `Detached; the run goes on. Once it has ended, its outcome goes on record with: partita reproduce --record ${runId}`,
        );
        return context.exitWith(EXIT.detached);
      }
      end(await services.recordReproduction(runId));
    });
}

function reproductionText({ first, cause, partitions, changed }: Reproduction): string {
  const others = [...Object.keys(changed.code), ...Object.keys(changed.environment)];
  const beside = others.length === 0 ? '' : ` Not the same this time: ${others.join(', ')}.`;
  if (first === null)
    return `Reproduced: ${countedText(partitions, 'partition')}, every step the same.${beside}\n`;
  const where = first.partition === null ? 'the whole run' : printable(first.partition);
  const [before, now] = first.values.map((value) => printable(JSON.stringify(value), 200));
  return [
    `Not reproduced, for reason of ${cause}.${beside}`,
    `  first difference: ${first.stage}, ${where}, ${first.what}`,
    `  before: ${before}`,
    `  now:    ${now}`,
    '',
  ].join('\n');
}
