import type { Command } from 'commander';
import { printable } from '../../domain/printable.ts';
import type { RunSummary } from '../../operations/requests.ts';
import type { Services } from '../../operations/services.ts';
import { countedText } from '../../report/number-text.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { examples, JSON_OPTION, wholeNumber } from '../option-values.ts';
import { showResult } from '../show-result.ts';

type ListOptions = {
  readonly limit: number;
  readonly experiment?: string;
  readonly all?: boolean;
  readonly json?: true;
};
type Attempt = Awaited<ReturnType<Services['facts']['attempts']>>[number];
type DeleteOptions = { readonly reason?: string; readonly json?: true };
type ShowOptions = { readonly all?: true; readonly attempts?: true; readonly json?: true };

/** Of one question; a page is followed by the next. */
const ATTEMPTS_PER_PAGE = 1000;

export function registerRuns(program: Command, context: CommandContext): void {
  const runs = program.command('runs').description('runs that were made');
  runs
    .command('ls')
    .description('the newest runs first')
    .option('--limit <number>', 'how many', wholeNumber(1, 10_000), 20)
    .option('--experiment <name>', 'only runs of this experiment')
    .option('--all', 'also those that were deleted')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('runs ls', 'runs ls --experiment asset-status --json'))
    .action(async ({ limit, experiment, all = false, json }: ListOptions) => {
      const services = await context.services();
      const list = await services.runs({
        limit,
        all,
        ...(experiment === undefined ? {} : { experiment }),
      });
      if (json) return printJson(context.terminal, list);
      for (const run of list) context.terminal.data(`${runLine(run)}\n`);
      if (list.length === 0) context.terminal.say('There are no runs yet. Start one: partita run');
    });
  runs
    .command('show')
    .description('the result of a run')
    .argument('<run>', "a run's id, or a unique beginning of it")
    .option('--all', 'every partition, however many')
    .option('--attempts', 'every attempt at every step instead, retries and duplicates included')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('runs show 0199f2', 'runs show 0199f2 --json'))
    .action(async (run: string, { all, attempts, json }: ShowOptions) => {
      if (attempts) return showAttempts(context, run, json === true);
      const result = await (await context.services()).result(run);
      await showResult(context, result, json ? 'json' : all ? 'full text' : 'text');
    });
  registerDeletion(runs, context);
}

function registerDeletion(runs: Command, context: CommandContext): void {
  const { terminal } = context;
  runs
    .command('delete')
    .description('hide a run that nobody wants; `gc` takes its bytes away later')
    .argument('<run>', "a run's id, or a unique beginning of it")
    .option('--reason <text>', 'kept in the audit trail')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('runs delete 0199f2 --reason "wrong table"'))
    .action(async (run: string, { reason, json }: DeleteOptions) => {
      const deletion = await (await context.services()).deleteRun(run, { reason });
      if (json) return printJson(terminal, deletion);
      terminal.say(
        `Run ${deletion.runId} is deleted. Until it is collected: partita runs restore ${deletion.runId}`,
      );
    });
  runs
    .command('restore')
    .description('bring a deleted run back, unless its bytes were collected')
    .argument('<run>', "a run's id, or a unique beginning of it")
    .option('--reason <text>', 'kept in the audit trail')
    .action(async (run: string, { reason }: DeleteOptions) => {
      await (await context.services()).restoreRun(run, { reason });
      terminal.say(`Run ${run} is back.`);
    });
}

async function showAttempts(context: CommandContext, run: string, isJson: boolean) {
  const { facts } = await context.services();
  const attempts: Attempt[] = [];
  for (let after = 0; ; ) {
    const page = await facts.attempts(run, { after, limit: ATTEMPTS_PER_PAGE });
    attempts.push(...page);
    if (page.length < ATTEMPTS_PER_PAGE) break;
    after = page.at(-1)?.id ?? after;
  }
  if (isJson) return printJson(context.terminal, attempts);
  for (const one of attempts) context.terminal.data(`${attemptLine(one)}\n`);
}

function attemptLine({
  stage,
  scope,
  batch,
  attempt,
  outcome,
  worker,
  startedAt,
}: Attempt): string {
  const step = `${stage}${scope === 'global' ? ' (global)' : ` ${batch}`}`;
  return `${startedAt.slice(0, 19)}Z  ${step.padEnd(16)}  attempt ${attempt}  ${outcome.padEnd(9)}  worker ${worker}`;
}

function runLine(run: RunSummary): string {
  const { runId, status, createdAt, partitions, experiment, unanswered } = run;
  const rest = unanswered === null || unanswered === 0 ? '' : `, ${unanswered} unanswered`;
  const count = partitions === null ? '' : `${countedText(partitions, 'partition')}${rest}`;
  return `${runId}  ${status.padEnd(9)}  ${createdAt.slice(0, 19)}Z  ${printable(experiment)}  ${count}`.trimEnd();
}
