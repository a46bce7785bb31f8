import { Failure } from '../../../domain/failure.ts';
import type { MapCommand } from '../command.ts';
import { PLACE, SCORE } from '../scoring/score-args.ts';
import { PREPARE } from '../source/prepare-args.ts';
import { echoBatches } from './echo-batches.ts';
import type { OutputStream } from './output-stream.ts';
import { placeBatches } from './place-batches.ts';
import { prepareRows } from './prepare-rows.ts';
import type { WireSource } from './wire.ts';

type RowFunction = (command: MapCommand, source: WireSource, output: OutputStream) => Promise<void>;

const ROW_FUNCTIONS: ReadonlyMap<string, RowFunction> = new Map<string, RowFunction>([
  ['echo', echoBatches],
  [PREPARE, prepareRows],
  [PLACE, placeBatches],
  // Models and kernels are loaded when there is something to predict.
  [SCORE, async (...call) => (await import('./score-batches.ts')).scoreBatches(...call)],
]);

/** The function over rows that a command names. Throws `Failure('not-found')` where there is none. */
export async function applyToRows(
  command: MapCommand,
  source: WireSource,
  output: OutputStream,
): Promise<void> {
  const { name } = command.fn;
  const apply = ROW_FUNCTIONS.get(name);
  if (apply === undefined)
    throw new Failure(
      'not-found',
      `There is no function "${name}" over rows; there are ${[...ROW_FUNCTIONS.keys()].join(', ')}.`,
    );
  return apply(command, source, output);
}
