import { resolve } from 'node:path';
import { Failure } from '../domain/failure.ts';
import { printable } from '../domain/printable.ts';
import type { Services } from '../operations/services.ts';
import { countedText } from '../report/number-text.ts';
import { type CommandContext, printJson } from './command-context.ts';
import { EXIT } from './exit-codes.ts';

/** What `debug` is asked about bundles. */
export type ReplayOptions = {
  readonly partition?: string;
  readonly run?: string;
  readonly bundle?: string;
  readonly replay?: string;
  readonly json?: true;
};

type Replayed = Awaited<ReturnType<Services['replay']>>;

/** Throws `Failure('usage')` where none is named. */
export function partitionOf({ partition }: ReplayOptions): string {
  if (partition !== undefined) return partition;
  throw new Failure('usage', 'Say which partition: --partition KEY.');
}

export async function writeBundle(
  context: CommandContext,
  partition: string,
  { run, bundle = '', json }: ReplayOptions,
): Promise<void> {
  if (run === undefined)
    throw new Failure('usage', 'Say whose partition the bundle is about: --run RUN.');
  const services = await context.services();
  const out = resolve(context.workingFolder, bundle);
  const written = await services.bundlePartition({ run, partition, out });
  if (json) return printJson(context.terminal, written);
  context.terminal.say(
    `Wrote ${countedText(written.rows, 'row')} to ${bundle}. Elsewhere: partita debug --replay ${bundle}`,
  );
}

export async function replayFile(
  context: CommandContext,
  path: string,
  { json }: ReplayOptions,
): Promise<void> {
  const replayed = await (await context.services()).replay(resolve(context.workingFolder, path));
  if (json) printJson(context.terminal, replayed);
  else context.terminal.data(replayedText(replayed));
  context.exitWith(replayed.isSame ? EXIT.ok : EXIT.mismatch);
}

function replayedText({ runId, partition, isSame, expected, found, changed }: Replayed): string {
  const others = Object.keys(changed);
  return [
    `${printable(partition)} of run ${runId}: ${isSame ? 'the same' : 'NOT the same'}`,
    `  then: ${endText(expected)}`,
    `  now:  ${endText(found)}`,
    ...(others.length === 0 ? [] : [`  not the same here: ${others.join(', ')}`]),
    '',
  ].join('\n');
}

function endText(end: Replayed['found']): string {
  if (end.kind === 'model') return end.digest === null ? 'no model' : `model ${end.digest}`;
  return printable(`failed (${end.reason}): ${end.message}`, 400);
}
