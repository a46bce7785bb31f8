import type { Command } from 'commander';
import { printable } from '../../domain/printable.ts';
import { isTerminal } from '../../domain/run.ts';
import type { RunState } from '../../operations/requests.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { examples, JSON_OPTION } from '../option-values.ts';
import { createPace, progressLine } from '../progress.ts';

export function registerStatus(program: Command, context: CommandContext): void {
  program
    .command('status')
    .description('how a run stands; without a run, how the background parts stand')
    .argument('[run]', "a run's id, or a unique beginning of it")
    .option(...JSON_OPTION)
    .addHelpText('after', examples('status', 'status --json', 'status 0199f2'))
    .action(async (run: string | undefined, options: { readonly json?: true }) => {
      const { terminal } = context;
      if (run === undefined) {
        const write = options.json ? terminal.say : (line: string) => terminal.data(`${line}\n`);
        const { runStatus } = await import('./status.ts');
        const parts = await runStatus(context.config(), write);
        if (options.json) printJson(terminal, parts);
        return;
      }
      const state = await (await context.services()).state(run);
      if (options.json) printJson(terminal, state);
      else terminal.data(`${stateText(state, context.now)}\n`);
    });
}

/** One line: which run, of what, and how it stands. */
export function stateText(state: RunState, now: () => number): string {
  const { runId, experiment, status, error } = state;
  const head = `${runId} ${printable(experiment)} ${status}`;
  if (error !== null) return `${head}: ${printable(error)}`;
  return isTerminal(status) ? head : `${head} · ${progressLine(state, createPace(now)(state))}`;
}
