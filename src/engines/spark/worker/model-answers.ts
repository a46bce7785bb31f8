import { Failure, isFailure } from '../../../domain/failure.ts';
import type { Frame } from '../../../frame/frame.ts';
import { blendOutputs } from '../../../partition/blend.ts';
import { answerFor, type ModelSet } from '../../../partition/model-set.ts';
import { predictRows } from '../../../partition/pipeline.ts';
import type { ModelBytes } from '../scoring/packed-models.ts';
import type { Answerer } from './answered-batch.ts';
import type { OpenModels } from './open-models.ts';

/** What the models of a run say of partitions. */
export class ModelAnswers {
  readonly #models: ModelSet<ModelBytes>;
  readonly #open: OpenModels;

  constructor(models: ModelSet<ModelBytes>, open: OpenModels) {
    this.#models = models;
    this.#open = open;
  }

  /**
   * Rows of one partition. Throws `Failure('invalid-data')` where they do not suit the model, which names the partition;
   * what is wrong with the model's bytes stays what it is.
   */
  of(partition: string, frame: Frame): { readonly output: Float64Array | null } & Answerer {
    const { member, reason } = answerFor(partition, this.#models);
    if (member === null) return { output: null, model: null, rung: 'none', reason };
    const rows = [{ start: 0, count: frame.rowCount }];
    const weights = member.parts.map(({ weight }) => weight);
    const pipelines = member.parts.map((part) => this.#open.get(part));
    try {
      const outputs = pipelines.map((pipeline) => predictRows(pipeline, frame, rows));
      const output = blendOutputs(outputs, weights);
      return { output, model: member.digest, rung: member.rung, reason, reach: member.reach };
    } catch (error) {
      if (!isFailure(error)) throw error;
      throw new Failure(error.kind, `Partition "${partition}" can't be scored: ${error.message}`, {
        cause: error,
      });
    }
  }
}
