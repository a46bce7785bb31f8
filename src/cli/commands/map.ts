import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { displayPartition } from '../../domain/partition.ts';
import { printable } from '../../domain/printable.ts';
import type { MappedPartition, MapResult } from '../../operations/requests.ts';
import { countedText } from '../../report/number-text.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { examples, JSON_OPTION } from '../option-values.ts';
import { readMapSpec } from '../read-spec.ts';

type MapOptions = {
  readonly out: string;
  readonly report?: string;
  readonly engine?: 'local' | 'spark';
  readonly json?: true;
};

export function registerMap(program: Command, context: CommandContext): void {
  program
    .command('map')
    .description('apply a function to every partition and write its rows')
    .argument('[spec]', 'YAML or JSON file with a section `map` (default: partita.yaml)')
    .requiredOption('--out <file>', 'csv, parquet, jsonl or arrow by its ending')
    .option('--report <file>', 'a line for each partition, by the same endings')
    .addOption(
      new Option('--engine <kind>', 'where it runs, whatever the spec says').choices([
        'local',
        'spark',
      ]),
    )
    .option(...JSON_OPTION)
    .addHelpText('after', examples('map --out profile.parquet', 'map drift.yaml --out drift.csv'))
    .action(async (file: string | undefined, options: MapOptions) => {
      const { terminal, workingFolder } = context;
      const { out, report, engine, json } = options;
      const prepared = await readMapSpec(context, file, engine ? { engine } : {});
      const services = await context.services();
      const request = {
        ...prepared,
        out: resolve(workingFolder, out),
        ...(report === undefined ? {} : { report: resolve(workingFolder, report) }),
      };
      const tell = (partition: MappedPartition) => {
        for (const line of partitionLines(partition, prepared.map.function)) terminal.say(line);
      };
      const result = await context.untilInterrupted((signal) =>
        services.map(request, tell, signal),
      );
      if (json) printJson(terminal, result);
      else terminal.say(summary(result, out));
      if (result.partitions.some(({ status }) => status === 'failed'))
        context.exitWith(EXIT.partial);
    });
}

/** What it printed, each line tagged, and why it failed where it did. */
function partitionLines(one: MappedPartition, fn: string): readonly string[] {
  const name = printable(displayPartition(one.key, one.partition), 40);
  const lines = one.log === '' ? [] : one.log.trimEnd().split('\n');
  const printed = lines.map((line) => `[${name}] ${printable(line)}`);
  if (one.status === 'mapped') return printed;
  const place = one.place === null ? '' : ` at ${one.place}`;
  return [...printed, `failed ${name}: ${fn}${place}: ${printable(one.message)}`];
}

function summary({ function: fn, rows, partitions }: MapResult, out: string): string {
  const failed = partitions.filter(({ status }) => status === 'failed').length;
  const failures = failed === 0 ? '' : `; ${failed} of them failed`;
  return `${fn}: wrote ${countedText(rows, 'row')} of ${countedText(partitions.length, 'partition')} to ${out}${failures}.`;
}
