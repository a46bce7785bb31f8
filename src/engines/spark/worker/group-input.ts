import type { ArrowMessage } from '../../../frame/arrow-message.ts';
import type { SparkVersion } from '../command.ts';
import { isSince } from './task-head.ts';
import { readArrowMessage, readInt, type WireSource } from './wire.ts';

/** One group on the wire: its batches are to be read to the end before the next group. */
export type ArrivingGroup = {
  readonly schema: ArrowMessage;
  readonly batches: AsyncIterable<ArrowMessage>;
};

/**
 * The groups of a Spark task: until 4.0 the batches of one Arrow stream, a group each; from 4.1 a stream each, with a 1
 * before it and a 0 after the last.
 */
export async function* arrivingGroups(
  source: WireSource,
  spark: SparkVersion,
): AsyncGenerator<ArrivingGroup> {
  if (isSince(spark, '4.1')) {
    for (;;) {
      const flag = await readInt(source);
      if (flag === 0) return;
      if (flag !== 1) throw new RangeError(`A group begins with 1, Spark sent ${flag}.`);
      yield await arrivingStream(source);
    }
  }
  const { schema, batches } = await arrivingStream(source);
  for await (const batch of batches) yield { schema, batches: only(batch) };
}

/** An Arrow stream that begins here. */
export async function arrivingStream(source: WireSource): Promise<ArrivingGroup> {
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

async function* only(batch: ArrowMessage): AsyncGenerator<ArrowMessage> {
  yield batch;
}
