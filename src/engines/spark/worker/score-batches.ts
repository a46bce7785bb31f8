import { StructReader } from '../../../frame/arrow-structs.ts';
import type { MapCommand } from '../command.ts';
import { unpackModels } from '../scoring/packed-models.ts';
import { answerFields, type ScoreArgs } from '../scoring/score-args.ts';
import { AnsweredBatch } from './answered-batch.ts';
import { arrivingStream } from './group-input.ts';
import { ModelAnswers } from './model-answers.ts';
import { OpenModels } from './open-models.ts';
import type { OutputStream } from './output-stream.ts';
import { PartitionRows } from './partition-rows.ts';
import { readBatch } from './typed-batch.ts';
import type { WireSource } from './wire.ts';

const open = new OpenModels();

/**
 * Map in Arrow, function `score`: the rows as they are, each with the prediction of its partition's model, the model,
 * its rung and the reason. Where features look back, a partition's rows are kept until its last has come.
 */
export async function scoreBatches(
  { fn, columns }: MapCommand,
  source: WireSource,
  output: OutputStream,
): Promise<void> {
  const args = fn.args as unknown as ScoreArgs;
  const answers = new ModelAnswers(unpackModels(args.models), open);
  const rows = new PartitionRows(answers, args.looksBack);
  const fields = answerFields(args);
  const kept = Array.from({ length: args.kept }, (_, place) => place);
  const { schema, batches } = await arrivingStream(source);
  const structs = new StructReader(schema);
  const write = async (done: readonly AnsweredBatch[]) => {
    for (const batch of done) {
      const scored = structs.extend(batch.message, kept, fields, batch.answers());
      await output.write(scored.schema, scored.batch);
    }
  };
  for await (const message of batches) {
    const batch = readBatch(structs, message, columns, args);
    await write(rows.take(new AnsweredBatch(message, batch, args)));
  }
  await write(rows.finish());
}
