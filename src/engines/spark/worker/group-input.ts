import { Failure } from '../../../domain/failure.ts';
import type { ArrowMessage } from '../../../frame/arrow-message.ts';
import { upperHalves } from '../../../frame/arrow-rows.ts';
import { type BatchColumn, StructReader } from '../../../frame/arrow-structs.ts';
import { PLACE_COLUMN } from '../command.ts';
import { readArrowMessage, type WireSource } from './wire.ts';

/** Rows of one batch that stand one after the other. */
export type Piece = {
  readonly batch: ArrowMessage;
  readonly from: number;
  readonly count: number;
};

/** The rows of one task, on their way. What is left of them unread is passed over. */
export type ArrivingGroup = {
  readonly task: number;
  readonly pieces: AsyncIterable<Piece>;
};

type Run = Piece & { readonly task: number };

/**
 * The groups of a Spark task, which sends its rows sorted by their places. Spark's own grouped
 * map would say where a group ends; from 4.1 on it starts an Arrow stream for each, and never gives back what it allocates
 * to begin with (0.4 MB of the executor's memory outside the heap for every Spark task with ten columns).
 */
export async function* arrivingGroups(
  schema: ArrowMessage,
  batches: AsyncIterable<ArrowMessage>,
  columnCount: number,
): AsyncGenerator<ArrivingGroup> {
  const runs = runsOf(schema, batches, columnCount);
  let next = await runs.next();
  while (next.done !== true) {
    const { task } = next.value;
    const isOfTask = () => next.done !== true && next.value.task === task;
    const pieces = async function* (): AsyncGenerator<Piece> {
      while (next.done !== true && next.value.task === task) {
        yield next.value;
        next = await runs.next();
      }
    };
    yield { task, pieces: pieces() };
    while (isOfTask()) next = await runs.next();
  }
}

/** Rows of one task in one batch. */
async function* runsOf(
  schema: ArrowMessage,
  batches: AsyncIterable<ArrowMessage>,
  columnCount: number,
): AsyncGenerator<Run, undefined> {
  const structs = new StructReader(schema);
  for await (const batch of batches) {
    const { rowCount, columns } = structs.columns(batch);
    if (columns.length !== columnCount)
      throw new Failure(
        'invalid-data',
        `The plan passes ${columns.length} columns; the command wants ${columnCount}.`,
      );
    const tasks = upperHalves(columns[0] as BatchColumn, PLACE_COLUMN.name);
    for (let from = 0; from < rowCount; ) {
      const task = tasks[from] as number;
      let end = from + 1;
      while (end < rowCount && tasks[end] === task) end++;
      yield { batch, task, from, count: end - from };
      from = end;
    }
  }
  return undefined;
}

/** An Arrow stream that begins here. */
export async function arrivingStream(source: WireSource): Promise<{
  readonly schema: ArrowMessage;
  readonly batches: AsyncIterable<ArrowMessage>;
}> {
  const schema = await readArrowMessage(source);
  if (schema === undefined) throw new RangeError('Spark sent an Arrow stream without a schema.');
  return { schema, batches: messagesOf(source) };
}

async function* messagesOf(source: WireSource): AsyncGenerator<ArrowMessage> {
  for (;;) {
    const message = await readArrowMessage(source);
    if (message === undefined) return;
    yield message;
  }
}
