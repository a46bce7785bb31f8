import { closeSync, openSync, readSync } from 'node:fs';
import { Failure } from '../../../domain/failure.ts';
import { digestBytes } from '../../../frame/digest.ts';
import type { MemberPart } from '../../../partition/model-set.ts';
import type { Pipeline } from '../../../partition/pipeline.ts';
import { loadPipeline } from '../../../partition/pipeline-bytes.ts';
import type { ModelBytes } from '../scoring/packed-models.ts';

/** Models that a worker keeps open: each may hold some megabytes. @public */
export const KEPT_MODELS = 300;

/** Models by digest, opened when a row needs them; those that were asked for last stay for the next batch and the next task. */
export class OpenModels {
  readonly #open = new Map<string, Pipeline>();

  /** Throws `Failure('corrupt-object')` where the stored bytes are not the model's. */
  get({ digest, bytes }: Pick<MemberPart<ModelBytes>, 'digest' | 'bytes'>): Pipeline {
    const pipeline = this.#open.get(digest) ?? openModel(digest, bytes);
    this.#open.delete(digest);
    this.#open.set(digest, pipeline);
    const [oldest] = this.#open;
    if (this.#open.size > KEPT_MODELS && oldest !== undefined) {
      this.#open.delete(oldest[0]);
      oldest[1].model.free?.();
    }
    return pipeline;
  }
}

function openModel(digest: string, { path, offset, length }: ModelBytes): Pipeline {
  const bytes = new Uint8Array(length);
  const file = openSync(path, 'r');
  try {
    readSync(file, bytes, 0, length, offset);
  } finally {
    closeSync(file);
  }
  if (digestBytes(bytes) !== digest)
    throw new Failure('corrupt-object', `The bytes of model ${digest} in ${path} were changed.`);
  return loadPipeline(bytes);
}
