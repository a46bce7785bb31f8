import { Failure } from '../domain/failure.ts';
import { likeliestClasses } from '../estimators/class-codes.ts';
import { digestBytes } from '../frame/digest.ts';
import { boundOf } from '../partition/answers.ts';
import { blendOutputs } from '../partition/blend.ts';
import {
  contributionsOf,
  type ExplainedPart,
  explainedClasses,
  type RowContributions,
  unexplainedBy,
} from '../partition/contributions.ts';
import { answerFor } from '../partition/model-set.ts';
import { engineeredRows, type Pipeline, predictEngineered } from '../partition/pipeline.ts';
import { loadPipeline } from '../partition/pipeline-bytes.ts';
import { byWeight } from '../partition/top-contributions.ts';
import { type ServedMember, type ServedModels, servedModels } from '../serving/model-set.ts';
import { type GivenPart, type GivenRow, readRows } from '../sources/read-rows.ts';
import type { Spec } from '../spec/spec.ts';
import type { ObjectStore } from '../stores/object-store.ts';
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
  /** Where it is asked for; null where nobody answers, or a model that can't say. */
  readonly explanation?: RowExplanation | null;
};

/**
 * What each column adds to a prediction: `base`, what an average row gets, and all contributions, the largest first, add
 * up to the value, or to what the scale says of the class (before the spec's `probabilities` change it).
 */
export type RowExplanation = {
  readonly scale: RowContributions['scale'];
  /** Of two classes the positive one, of more the predicted one; null for a value. */
  readonly class: string | null;
  /** Null where the model has never seen the class. */
  readonly base: number | null;
  readonly contributions: readonly { readonly column: string; readonly contribution: number }[];
};

export type ScoreOptions = { readonly explain?: boolean };

/** Runs whose model sets are kept, and opened models: each may hold some megabytes. */
const KEPT_SETS = 20;
const KEPT_MODELS = 300;

type Context = Pick<OperationContext, 'runs' | 'facts' | 'quarantine'> & {
  readonly objects: Pick<ObjectStore, 'getRange'>;
};

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
  async score(
    run: string,
    rows: readonly GivenRow[],
    { explain = false }: ScoreOptions = {},
  ): Promise<readonly ScoredRow[]> {
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
      const scored = await this.#scorePart(part, served, explain);
      part.places.forEach((place, i) => {
        answers[place] = scored[i] as ScoredRow;
      });
    }
    return answers;
  }

  async #scorePart(
    { text, frame }: GivenPart,
    { models, classes, spec }: ServedModels,
    explain: boolean,
  ): Promise<readonly ScoredRow[]> {
    const { rowCount } = frame;
    const { member, reason } = answerFor(text, models);
    const who = { partition: text, model: member?.digest ?? null, reason };
    if (member === null) {
      const rung = 'none' as const;
      const nobody = { ...NOBODY, ...who, rung, ...(explain && { explanation: null }) };
      return Array.from({ length: rowCount }, () => nobody);
    }
    const ranges = [{ start: 0, count: rowCount }];
    const parts: ExplainedPart[] = [];
    for (const one of member.parts) {
      const pipeline = await this.#pipelines.get(one.digest, () => this.#openModel(one));
      const engineered = engineeredRows(pipeline, frame, ranges);
      parts.push({ pipeline, weight: one.weight, engineered });
    }
    const output = blendOutputs(
      parts.map(({ pipeline, engineered }) => predictEngineered(pipeline, engineered)),
      parts.map(({ weight }) => weight),
    );
    const explanations = explain ? explanationsOf(parts, output, classes, spec) : [];
    return answersOf(output, classes, rowCount).map((answer, row) => ({
      ...answer,
      interval: intervalAround(answer.prediction, member.reach),
      ...who,
      rung: member.rung,
      ...(explain && { explanation: explanations[row] ?? null }),
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

/** Of every row; none where a model can't say. */
function explanationsOf(
  parts: readonly ExplainedPart[],
  output: Float64Array,
  classes: readonly string[],
  { target }: Spec,
): readonly RowExplanation[] {
  if (unexplainedBy(parts.map(({ pipeline }) => pipeline)) !== undefined) return [];
  const spoken = explainedClasses(output, classes, target.positive);
  const rows = Int32Array.from(spoken.keys());
  const { scale, columns, base, shares } = contributionsOf(parts, rows, spoken);
  return Array.from(spoken, (code, row) => {
    const own = shares.subarray(row * columns.length, (row + 1) * columns.length);
    const start = base[row] as number;
    return {
      scale,
      class: classes[code] ?? null,
      base: Number.isNaN(start) ? null : start,
      contributions: byWeight(own).map((place) => ({
        column: columns[place] as string,
        contribution: own[place] as number,
      })),
    };
  });
}

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
