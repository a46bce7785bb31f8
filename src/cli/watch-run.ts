import { isTerminal } from '../domain/run.ts';
import type { RunState } from '../operations/requests.ts';
import { type CommandContext, printJson } from './command-context.ts';
import { EXIT, type ExitCode, exitCodeOfRun } from './exit-codes.ts';
import { createProgress } from './progress.ts';
import { showResult } from './show-result.ts';

/** Watches a run, named by its id or a unique prefix, to its end and prints its result. Ctrl-C detaches: the run goes on. */
export async function watchToEnd(
  context: CommandContext,
  run: string,
  isJson: boolean,
): Promise<ExitCode> {
  const { terminal } = context;
  const last = await watchRun(context, run);
  const { runId } = last;
  if (!isTerminal(last.status)) {
    terminal.say(`Detached; the run goes on. Watch it again with: partita attach ${runId}`);
    if (isJson) printJson(terminal, { runId, status: last.status, detached: true });
    return EXIT.detached;
  }
  const result = await (await context.services()).result(runId);
  await showResult(context, result, isJson ? 'json' : 'text');
  return exitCodeOfRun(result.status, result.errorKind);
}

/** Shows how far a run is until it has ended, or the person presses Ctrl-C; gives how it stood last. */
export async function watchRun(context: CommandContext, run: string): Promise<RunState> {
  const services = await context.services();
  const progress = createProgress(context);
  return context
    .untilInterrupted((signal) =>
      services.watch(
        run,
        (state) => {
          // The result says how it ended.
          if (!isTerminal(state.status)) progress.show(state);
        },
        signal,
      ),
    )
    .finally(() => progress.stop());
}
