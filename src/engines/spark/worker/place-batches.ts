import { StructReader } from '../../../frame/arrow-structs.ts';
import { hashRows } from '../../../frame/row-hash.ts';
import type { MapCommand } from '../command.ts';
import { PLACE_FIELDS, type PlaceArgs } from '../scoring/score-args.ts';
import { arrivingStream } from './group-input.ts';
import type { OutputStream } from './output-stream.ts';
import { hashWords } from './prepare-rows.ts';
import { readBatch } from './typed-batch.ts';
import type { WireSource } from './wire.ts';

/** Map in Arrow, function `place`: the rows as they are, with the text of their partition and their hash. */
export async function placeBatches(
  { fn, columns }: MapCommand,
  source: WireSource,
  output: OutputStream,
): Promise<void> {
  const args = fn.args as unknown as PlaceArgs;
  const { schema, batches } = await arrivingStream(source);
  const structs = new StructReader(schema);
  const kept = Array.from({ length: args.kept }, (_, place) => place);
  for await (const message of batches) {
    const { frame, partitions } = readBatch(structs, message, columns, args);
    const { high, low } = hashWords(hashRows(frame));
    const placed = structs.extend(message, kept, PLACE_FIELDS, [partitions, high, low]);
    await output.write(placed.schema, placed.batch);
  }
}
