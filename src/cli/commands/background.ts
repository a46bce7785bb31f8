import type { Command } from 'commander';
import { type CommandContext, printJson } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { examples, JSON_OPTION } from '../option-values.ts';

type Options = { readonly json?: true; readonly purge?: true; readonly integrity?: true };

/** `up`, `down`, `doctor`, `worker` and `migrate`: the parts that run behind the commands, loaded when they are asked for. */
export function registerBackground(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const add = (name: string, description: string, act: (options: Options) => Promise<object>) =>
    program
      .command(name)
      .description(description)
      .option(...JSON_OPTION)
      .addHelpText('after', examples(name, `${name} --json`))
      .action(async (options: Options) => {
        const facts = await act(options);
        if (options.json) printJson(terminal, facts);
      });
  add(
    'up',
    'start Postgres, Temporal and a worker in the background, or repair what died',
    async () => {
      const { runUp } = await import('./up.ts');
      return runUp(context.config(), context.migrateDatabase, terminal.say);
    },
  );
  add('down', 'stop the background parts; data are kept', async ({ purge }) => {
    const { runDown } = await import('./down.ts');
    return runDown(context.config(), terminal.say, purge === true);
  }).option(
    '--purge',
    'then remove all runs, models and reports, and the database wherever it lies',
  );
  add('doctor', 'what this machine has and lacks', async ({ json, integrity }) => {
    const { runDoctor, runIntegrity } = await import('./doctor.ts');
    const write = json ? terminal.say : (line: string) => terminal.data(`${line}\n`);
    if (integrity) {
      const record = await runIntegrity(await context.services(), write);
      context.exitWith(record.healthy ? EXIT.ok : EXIT.mismatch);
      return record;
    }
    const found = await runDoctor(context.config(), write);
    context.exitWith(found.healthy ? EXIT.ok : EXIT.unexpected);
    return found;
  }).option('--integrity', 'instead: whether the rows of the record fit each other');
  add('migrate', 'bring the database to the newest schema', async () => {
    const { applied } = await (await context.services()).migrate();
    terminal.say(applied.length === 0 ? 'Nothing to migrate.' : `Applied ${applied.join(', ')}.`);
    return { applied };
  });
  program
    .command('worker')
    .description('work on runs until told to end (SIGTERM, Ctrl-C), then drain')
    .addHelpText('after', examples('worker'))
    .action(async () => {
      const services = await context.services();
      await context.untilInterrupted((stop) => services.work(stop));
    });
}
