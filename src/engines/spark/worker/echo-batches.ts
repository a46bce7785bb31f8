import { StructReader } from '../../../frame/arrow-structs.ts';
import type { MapCommand } from '../command.ts';
import { arrivingStream } from './group-input.ts';
import type { OutputStream } from './output-stream.ts';
import type { WireSource } from './wire.ts';

/** Map in Arrow, function `echo`: the rows come back as they are. Shows that a cluster is set up, and what its wire costs. */
export async function echoBatches(
  { columns }: MapCommand,
  source: WireSource,
  output: OutputStream,
): Promise<void> {
  const { schema, batches } = await arrivingStream(source);
  const structs = new StructReader(schema);
  const places = columns.map((_, place) => place);
  for await (const message of batches) {
    const echo = structs.echo(message, places);
    await output.write(echo.schema, echo.batch);
  }
}
