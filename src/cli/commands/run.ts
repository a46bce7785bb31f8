import { type Command, Option } from 'commander';
import type { Overrides } from '../../spec/check-value.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { examples, JSON_OPTION, wholeNumber } from '../option-values.ts';
import { readSpec } from '../read-spec.ts';
import { watchToEnd } from '../watch-run.ts';

type RunOptions = Overrides & {
  readonly detach?: true;
  readonly json?: true;
  readonly idempotencyKey?: string;
  readonly reuse: boolean;
};

export function registerRun(program: Command, context: CommandContext): void {
  program
    .command('run')
    .description('train one model per partition, and one without partition')
    .argument('[spec]', 'YAML or JSON file (default: partita.yaml)')
    .addOption(
      new Option('--engine <kind>', 'where partitions are processed').choices(['local', 'spark']),
    )
    .option('--seed <number>', 'instead of the seed in the spec', wholeNumber(0))
    .option('--threads <number>', 'instead of the threads in the spec', wholeNumber(1, 1024))
    .option('--idempotency-key <text>', 'the same key again gives the same run')
    .option('--no-reuse', 'fit everything, also what an earlier run has fitted from the same')
    .option('--detach', 'start the run and return at once')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('run', 'run sales.partita.yaml --json', 'run --detach'))
    .action(async (file: string | undefined, options: RunOptions) => {
      const prepared = await readSpec(context, file, options);
      const services = await context.services();
      const { runId } = await services.submit(prepared, {
        idempotencyKey: options.idempotencyKey,
        reuse: options.reuse,
      });
      context.terminal.say(`Run ${runId} of ${prepared.spec.name}`);
      if (options.detach === undefined)
        return context.exitWith(await watchToEnd(context, runId, options.json === true));
      context.terminal.say(`Watch it with: partita attach ${runId}`);
      if (options.json) printJson(context.terminal, { runId, status: 'PENDING' });
      else context.terminal.data(`${runId}\n`);
      context.exitWith(EXIT.ok);
    });
}
