import { open, url, waitForDebugger } from 'node:inspector';
import { type Command, Option } from 'commander';
import { Failure } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import { printable } from '../../domain/printable.ts';
import type { DebugRequest, DebugStep } from '../../operations/requests.ts';
import type { Services } from '../../operations/services.ts';
import { durationText } from '../../report/number-text.ts';
import { type CommandContext, printJson } from '../command-context.ts';
import { jsonOutline } from '../json-outline.ts';
import { examples, JSON_OPTION, wholeNumber } from '../option-values.ts';
import { isMapSpec, readMapSpec, readSpec } from '../read-spec.ts';
import { partitionOf, type ReplayOptions, replayFile, writeBundle } from '../replay.ts';

/** Where editors and browsers look first. */
const INSPECTOR_PORT = 9229;

type DebugOptions = ReplayOptions & {
  /** Left out: `map` for a spec with nothing to learn, else `train`. */
  readonly stage?: DebugRequest['stage'] | 'map';
  /** True: on the usual port. */
  readonly inspect?: true | number;
};

export function registerDebug(program: Command, context: CommandContext): void {
  program
    .command('debug')
    .description("run the partition function in this process on one partition's real rows")
    .argument('[spec]', 'YAML or JSON file (default: partita.yaml)')
    .option('--partition <key>', 'its value, or its text such as region=eu/store=7')
    .addOption(
      new Option('--stage <stage>', 'which function')
        .choices(['profile', 'train', 'evaluate', 'map'])
        .default(undefined, 'train, or map where the spec has no target'),
    )
    .option(
      '--inspect [port]',
      `wait for a debugger, and stop before the function (default port: ${INSPECTOR_PORT})`,
      wholeNumber(0, 65_535),
    )
    .option(
      '--bundle <file>',
      'write what it was trained on in a run (--run) to a file, for elsewhere; 256 MB at most',
    )
    .option('--run <run>', 'whose partition --bundle is about')
    .option('--replay <file>', 'train again what a bundle holds; exit code 0 or 8')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples(
        'debug --partition eu',
        'debug --partition eu --inspect',
        'debug --run 0199f2 --partition eu --bundle eu.replay',
        'debug --replay eu.replay',
      ),
    )
    .action(async (file: string | undefined, options: DebugOptions) => {
      const { terminal } = context;
      if (options.replay !== undefined) return replayFile(context, options.replay, options);
      const partition = partitionOf(options);
      if (options.bundle !== undefined) return writeBundle(context, partition, options);
      const stage = options.stage ?? ((await isMapSpec(context, file)) ? 'map' : 'train');
      const debug = await (stage === 'map'
        ? debugOfMap(context, file, partition)
        : debugOfStage(context, file, { partition, stage }));
      const services = await context.services();
      const steps: DebugStep[] = [];
      const onStep = (step: DebugStep) => {
        steps.push(step);
        if (!options.json) for (const line of stepLines(step)) terminal.data(`${line}\n`);
      };
      if (options.inspect !== undefined)
        waitForInspector(options.inspect === true ? INSPECTOR_PORT : options.inspect, terminal.say);
      const result = await debug(services, onStep);
      if (options.json) printJson(terminal, { partition, stage, steps, result });
    });
}

type Debug = (services: Services, onStep: (step: DebugStep) => void) => Promise<JsonObject>;

async function debugOfStage(
  context: CommandContext,
  file: string | undefined,
  asked: Pick<DebugRequest, 'partition' | 'stage'>,
): Promise<Debug> {
  const prepared = await readSpec(context, file);
  return (services, onStep) => services.debug({ ...prepared, ...asked }, onStep);
}

async function debugOfMap(
  context: CommandContext,
  file: string | undefined,
  partition: string,
): Promise<Debug> {
  const prepared = await readMapSpec(context, file);
  return (services, onStep) => services.debugMap({ ...prepared, partition }, onStep);
}

/** Loopback only: a debugger may run any code. Throws `Failure('conflict')` where the port is another's. */
function waitForInspector(port: number, say: (line: string) => void): void {
  open(port, '127.0.0.1');
  const address = url();
  if (address === undefined)
    throw new Failure(
      'conflict',
      `The debugger's port ${port} is in use: name another with \`--inspect PORT\`.`,
    );
  say(
    `Waiting for a debugger on ${new URL(address).host} (chrome://inspect, an editor, or \`node inspect ${new URL(address).host}\`).`,
  );
  waitForDebugger();
  // oxlint-disable-next-line no-debugger -- stopping here is what --inspect asks for
  debugger;
}

function stepLines({ name, inputs, outputs, ms }: DebugStep): readonly string[] {
  return [
    `${printable(name)} (${durationText(ms)})`,
    '  in',
    ...jsonOutline(inputs, '    '),
    '  out',
    ...jsonOutline(outputs, '    '),
  ];
}
