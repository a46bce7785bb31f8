import { type Command, Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { examples, wholeNumber } from '../option-values.ts';

type ServeOptions = {
  readonly host: string;
  readonly port?: number;
  readonly allowHost: readonly string[];
};

export function registerServe(program: Command, context: CommandContext): void {
  program
    .command('serve')
    .description('the web application and its API, until Ctrl-C')
    .option('--port <number>', 'default: 4747, or one that is free', wholeNumber(1, 65_535))
    .option('--host <address>', 'an address of this machine', '127.0.0.1')
    .addOption(
      new Option(
        '--allow-host <name...>',
        'name[:port] by which browsers ask a server that others can reach',
      ).default([], 'none'),
    )
    .addHelpText('after', examples('serve', 'serve --port 8080'))
    .action((options: ServeOptions) => serveUntilInterrupted(context, options));
}

/** Serves until Ctrl-C or SIGTERM; says the address, and a link that signs in once. */
export async function serveUntilInterrupted(
  context: CommandContext,
  { host, port, allowHost }: ServeOptions = { host: '127.0.0.1', allowHost: [] },
): Promise<void> {
  const { terminal, workingFolder, version } = context;
  const { serve } = await import('../../web/serve.ts');
  await context.untilInterrupted(async (signal) => {
    const serving = await serve({
      services: await context.services(),
      workingFolder,
      version,
      hasVariable: (name) => context.hasVariable(name),
      host,
      port,
      publicHosts: allowHost,
      log: (line) => terminal.say(line),
    });
    try {
      terminal.say(`Partita is at ${serving.address} until Ctrl-C.`);
      terminal.say(`Sign in, once: ${serving.loginLink}`);
      await aborted(signal);
    } finally {
      await serving.close();
    }
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
