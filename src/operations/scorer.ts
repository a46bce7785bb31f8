import { Failure } from '../domain/failure.ts';
import { likeliestClasses } from '../estimators/class-codes.ts';
import { digestBytes } from '../frame/digest.ts';
import { boundOf } from '../partition/answers.ts';
import { blendOutputs } from '../partition/blend.ts';
import { answerFor } from '../partition/model-set.ts';
import { type Pipeline, predictRows } from '../partition/pipeline.ts';
import { loadPipeline } from '../partition/pipeline-bytes.ts';
import { type ServedMember, type ServedModels, servedModels } from '../serving/model-set.ts';
import { type GivenPart, type GivenRow, readRows } from '../sources/read-rows.ts';
import type { OperationContext } from './context.ts';
import { Recent } from './recent.ts';

/** One row's answer. */
export type ScoredRow = {
  /** A class's label, or a number; null where nobody answers. */
  readonly prediction: string | number | null;
  /** By class; null for a regression and where nobody answers. */
  readonly probabilities: { readonly [label: string]: number } | null;
  /** Where the true value should lie; null where the spec asks for no intervals, or there are too few rows for one. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly partition: string;
  readonly model: string | null;
  readonly rung: ServedMember['rung'] | 'none';
  readonly reason: string | null;
};

/** Runs whose model sets are kept, and opened models: each may hold some megabytes. */
const KEPT_SETS = 20;
const KEPT_MODELS = 300;

type Context = Pick<OperationContext, 'runs' | 'facts' | 'quarantine' | 'objects'>;

/**
 * Scores a few rows in this process. What a run serves is read once and after every change of quarantines; models are opened when the first
 * row needs them and kept by digest.
 */
export class Scorer {
  readonly #context: () => Promise<Context>;
  readonly #serving = new Recent<ServedModels>(KEPT_SETS);
  readonly #pipelines = new Recent<Pipeline>(KEPT_MODELS, ({ model }) => model.free?.());

  /** `context`: what stands now; another one once a part that had died was started again. */
  constructor(context: () => Promise<Context>) {
    this.#context = context;
  }

  /** In the order of the rows. Throws as `servedModels` does, and `Failure('invalid-data')` for rows that do not suit. */
  async score(run: string, rows: readonly GivenRow[]): Promise<readonly ScoredRow[]> {
    const context = await this.#context();
    // A name may stand for another run by now, and a model may not answer any more.
    const { runId, change } = await context.quarantine.standing(run);
    const served = await this.#serving.get(`${runId} ${change}`, () =>
      servedModels(context, runId),
    );
    if (served.spec.forecast !== undefined)
      throw new Failure(
        'invalid-data',
        'A forecast goes on from the history of a partition, not from single rows: use `partita predict RUN --data FILE --out FILE`.',
      );
    const answers: ScoredRow[] = [];
    for (const part of readRows(rows, served.spec, served.columns)) {
      const scored = await this.#scorePart(part, served);
      part.places.forEach((place, i) => {
        answers[place] = scored[i] as ScoredRow;
      });
    }
    return answers;
  }

  async #scorePart(
    part: GivenPart,
    { models, classes }: ServedModels,
  ): Promise<readonly ScoredRow[]> {
    const { member, reason } = answerFor(part.text, models);
    const who = { partition: part.text, model: member?.digest ?? null, reason };
    if (member === null)
      return Array.from(part.places, () => ({ ...NOBODY, ...who, rung: 'none' as const }));
    const { rowCount } = part.frame;
    const outputs: Float64Array[] = [];
    for (const one of member.parts) {
      const pipeline = await this.#pipelines.get(one.digest, () => this.#openModel(one));
      outputs.push(predictRows(pipeline, part.frame, [{ start: 0, count: rowCount }]));
    }
    const weights = member.parts.map(({ weight }) => weight);
    const output = blendOutputs(outputs, weights);
    return answersOf(output, classes, rowCount).map((answer) => ({
      ...answer,
      interval: intervalAround(answer.prediction, member.reach),
      ...who,
      rung: member.rung,
    }));
  }

  /** Throws `Failure('corrupt-object')` where the stored bytes are not the model's. */
  async #openModel({
    digest,
    bytes: { pack, offset, length },
  }: ServedMember['parts'][number]): Promise<Pipeline> {
    const { objects } = await this.#context();
    const bytes = await objects.getRange(pack, offset, length);
    if (digestBytes(bytes) !== digest)
      throw new Failure('corrupt-object', `The stored bytes of model ${digest} were changed.`);
    return loadPipeline(bytes);
  }
}

const NOBODY = { prediction: null, probabilities: null, interval: null };

function intervalAround(
  prediction: string | number | null,
  reach: number | undefined,
): ScoredRow['interval'] {
  if (typeof prediction !== 'number' || reach === undefined) return null;
  return { low: boundOf(prediction, reach, -1), high: boundOf(prediction, reach, 1) };
}

/** `output`: rows × max(1, classes), row-major. */
function answersOf(
  output: Float64Array,
  classes: readonly string[],
  rowCount: number,
): readonly Pick<ScoredRow, 'prediction' | 'probabilities'>[] {
  if (classes.length === 0)
    return Array.from(output, (prediction) => ({ prediction, probabilities: null }));
  const likeliest = likeliestClasses(output, classes.length);
  return Array.from({ length: rowCount }, (_, row) => ({
    prediction: classes[likeliest[row] as number] as string,
    probabilities: Object.fromEntries(
      classes.map((label, k) => [label, output[row * classes.length + k] as number]),
    ),
  }));
}
