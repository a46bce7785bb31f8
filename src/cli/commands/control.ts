import type { Command } from 'commander';
import type { RunControl } from '../../operations/requests.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { examples, JSON_OPTION, wholeNumber } from '../option-values.ts';
import { stateText } from './run-status.ts';

type Options = { readonly json?: true; readonly reason?: string };

/** `pause`, `resume`, `cancel` and `set-concurrency`: what may be asked of a run that goes on. */
export function registerControl(program: Command, context: CommandContext): void {
  const control = async (run: string, wanted: RunControl, { json, reason }: Options) => {
    const state = await (await context.services()).control(run, wanted, { reason });
    if (json) printJson(context.terminal, state);
    else context.terminal.say(stateText(state, context.now));
  };
  const summaries = {
    pause: 'start no more batches of a run; those that run go on',
    resume: 'go on with a paused run',
    cancel: 'end a run; finished partitions keep their results',
  } as const;
  for (const kind of ['pause', 'resume', 'cancel'] as const)
    program
      .command(kind)
      .description(summaries[kind])
      .argument('<run>', "a run's id, or a unique beginning of it")
      .option('--reason <text>', 'kept in the audit trail')
      .option(...JSON_OPTION)
      .addHelpText('after', examples(`${kind} 0199f2`))
      .action((run: string, options: Options) => control(run, { kind }, options));
  program
    .command('set-concurrency')
    .description('how many batches of a run are in flight at once')
    .argument('<run>', "a run's id, or a unique beginning of it")
    .argument('<batches>', 'from 1 to 200', wholeNumber(1, 200))
    .option('--reason <text>', 'kept in the audit trail')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('set-concurrency 0199f2 8'))
    .action((run: string, concurrency: number, options: Options) =>
      control(run, { kind: 'set-concurrency', concurrency }, options),
    );
}
