import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { Failure } from '../../domain/failure.ts';
import type { DriftRequest } from '../../operations/drift.ts';
import type { Drift, FoundDrift } from '../../operations/drifted-partitions.ts';
import { SECRET_REFERENCE } from '../../spec/secret-reference.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { driftText } from '../drift-text.ts';
import { EXIT } from '../exit-codes.ts';
import { listedPartitions } from '../listed-partitions.ts';
import { examples, JSON_OPTION, numberFrom } from '../option-values.ts';

type DriftOptions = {
  readonly data?: string;
  readonly table?: string;
  readonly url?: string;
  readonly rate: number;
  readonly psi: number;
  readonly json?: true;
};

export function registerDrift(program: Command, context: CommandContext): void {
  program
    .command('drift')
    .description('which partitions and columns have moved since a run; exit code 8 where one has')
    .argument('<run>', 'the run whose rows new data are compared with')
    .option(
      '--data <file>',
      "csv, parquet, json or arrow; default: the run's own source, read anew",
    )
    .addOption(
      new Option('--table <name>', 'a table of Postgres in place of --data').conflicts('data'),
    )
    .option('--url <reference>', 'where the table is, such as ${env:SOURCE_URL}')
    .option(
      '--rate <share>',
      'false alarms among all columns that are named',
      numberFrom(1e-6, 0.5),
      0.05,
    )
    .option('--psi <index>', 'stability indices below this are no drift', numberFrom(0, 100), 0.1)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples('drift 0199f2 --data march.csv', 'drift asset-status@champion --json'),
    )
    .action(async (run: string, options: DriftOptions) => {
      const services = await context.services();
      const request = requestOf(run, options, context.workingFolder);
      const { drifted, failed } = await context.untilInterrupted((signal) =>
        services.drift(request, (found) => show(context, found, options), signal),
      );
      if (drifted > 0) context.exitWith(EXIT.mismatch);
      else if (failed > 0) context.exitWith(EXIT.partial);
    });
}

async function show(
  context: CommandContext,
  { drift, partitions }: FoundDrift,
  { json }: DriftOptions,
): Promise<Drift['counts']> {
  const { terminal } = context;
  if (json) {
    const { stateFolder } = await context.services();
    const name = `${drift.runId}.drift.json`;
    const { partitions: count } = drift.counts;
    const listed = await listedPartitions(partitions(), count, stateFolder, name);
    printJson(terminal, { ...drift, ...listed });
  } else terminal.data(driftText(drift, terminal.colors));
  return drift.counts;
}

function requestOf(
  run: string,
  { data, table, url, rate, psi }: DriftOptions,
  folder: string,
): DriftRequest {
  const limits = { run, rate, psi };
  if (data !== undefined) return { ...limits, data: resolve(folder, data) };
  if (table === undefined) {
    if (url === undefined) return limits;
    throw new Failure('usage', '`--url` says where `--table NAME` is: give both.');
  }
  if (url !== undefined && !SECRET_REFERENCE.test(url))
    throw new Failure(
      'usage',
      '`--url` takes a reference such as ${env:SOURCE_URL}, never an address: set that variable.',
    );
  return { ...limits, data: { kind: 'postgres', table, ...(url !== undefined && { url }) } };
}
