import { Failure } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import { comparePartitions } from '../domain/partition.ts';
import { likeliestClasses } from '../estimators/class-codes.ts';
import { canonicalJson, digestBytes } from '../frame/digest.ts';
import type { Frame } from '../frame/frame.ts';
import { boundOf } from '../partition/answers.ts';
import { blendOutputs } from '../partition/blend.ts';
import {
  contributionsOf,
  type ExplainedPart,
  explainedClasses,
  type RowContributions,
  unexplainedBy,
} from '../partition/contributions.ts';
import { answerFor, soleMember } from '../partition/model-set.ts';
import { engineeredRows, type Pipeline, predictEngineered } from '../partition/pipeline.ts';
import { loadPipeline } from '../partition/pipeline-bytes.ts';
import { byWeight } from '../partition/top-contributions.ts';
import {
  type ServedMember,
  type ServedModels,
  servedModels,
  withheldModels,
} from '../serving/model-set.ts';
import { type GivenPart, type GivenRow, readRows } from '../sources/read-rows.ts';
import type { Spec } from '../spec/spec.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import type { PackMember } from '../stores/objects/pack.ts';
import type { Withheld } from '../stores/quarantine-store.ts';
import { refuseBlend } from './blend-refusal.ts';
import type { OperationContext } from './context.ts';
import { withheldReason } from './model-card.ts';
import { Recent } from './recent.ts';

/** What one model says of a row. */
export type ModelAnswer = {
  /** A class's label, or a number; null where nobody answers. */
  readonly prediction: string | number | null;
  /** By class; null for a regression and where nobody answers. */
  readonly probabilities: { readonly [label: string]: number } | null;
  /** Where it is asked for; null where nobody answers, or a model that can't say. */
  readonly explanation?: RowExplanation | null;
};

/** One row's answer. */
export type ScoredRow = ModelAnswer & {
  /** Where the true value should lie; null where the spec asks for no intervals, or there are too few rows for one. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly partition: string;
  readonly model: string | null;
  readonly rung: ServedMember['rung'] | 'none';
  readonly reason: string | null;
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

type Context = Pick<OperationContext, 'runs' | 'facts' | 'quarantine' | 'lineage'> & {
  readonly objects: Pick<ObjectStore, 'getRange'>;
};

/**
 * Scores a few rows in this process. What a run serves is read once and after every change of its quarantines; models are opened when the first
 * row needs them and kept by digest.
 */
export class Scorer {
  readonly #context: () => Promise<Context>;
  /** By run and change of quarantines. */
  readonly #serving = new Recent<ServedModels>(KEPT_SETS);
  /** By run and what of it is in quarantine. */
  readonly #sets = new Recent<ServedModels>(KEPT_SETS);
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
    const serving = { key: `${runId} ${change}`, make: () => this.#serve(context, runId) };
    return this.#serving.lend([serving], async ([served]) => {
      const { models, ...reading } = served as ServedModels;
      return inOrder(givenParts(rows, reading), (part) =>
        this.#scorePart(part, answerFor(part.text, models), { reading, explain }),
      );
    });
  }

  /** Most changes are about other runs: what this one serves is read again only where its own models are. */
  async #serve(context: Context, runId: string): Promise<ServedModels> {
    const withheld = await withheldModels(context, runId);
    const key = `${runId} ${canonicalJson(withheldWords(withheld))}`;
    const make = () => servedModels(context, runId, withheld);
    return this.#sets.lend([{ key, make }], ([served]) => served as ServedModels);
  }

  /**
   * The rows by one model, whichever partition they are of: what it would say, whoever answers for them. Takes a digest or
   * a unique prefix. Throws `Failure('not-found')`, `Failure('unsupported')` for a blend, `Failure('conflict')` for a model
   * that must not answer, `Failure('invalid-data')` for rows that do not suit.
   */
  async scoreByModel(
    model: string,
    rows: readonly GivenRow[],
    { explain = false }: ScoreOptions = {},
  ): Promise<readonly ModelAnswer[]> {
    const context = await this.#context();
    const { spec, ...reading } = await modelReading(context, model);
    // Nobody is looked for by the key: it is a column like others, where the model takes it.
    const ofNoPartition = { ...spec, partition: { ...spec.partition, by: [] } };
    const parts = givenParts(rows, { ...reading, spec: ofNoPartition });
    return inOrder(parts, ({ frame }) =>
      this.#answers(frame, reading.member, { reading: { ...reading, spec }, explain }),
    );
  }

  async #scorePart(
    { text, frame }: GivenPart,
    { member, reason }: ReturnType<typeof answerFor<PackMember>>,
    how: How,
  ): Promise<readonly ScoredRow[]> {
    const who = { partition: text, model: member?.digest ?? null, reason };
    if (member === null) {
      const rung = 'none' as const;
      const nobody = { ...NOBODY, ...who, rung, ...(how.explain && { explanation: null }) };
      return Array.from({ length: frame.rowCount }, () => nobody);
    }
    return (await this.#answers(frame, member, how)).map((answer) => ({
      ...answer,
      interval: intervalAround(answer.prediction, member.reach),
      ...who,
      rung: member.rung,
    }));
  }

  /** All parts of a blend are held while they answer together. */
  #answers(
    frame: Frame,
    { parts }: ServedMember,
    { reading: { classes, spec }, explain }: How,
  ): Promise<readonly ModelAnswer[]> {
    const wanted = parts.map((one) => ({ key: one.digest, make: () => this.#openModel(one) }));
    return this.#pipelines.lend(wanted, (pipelines) => {
      const ranges = [{ start: 0, count: frame.rowCount }];
      const answering = pipelines.map((pipeline, i): ExplainedPart => {
        const { weight } = parts[i] as ServedMember['parts'][number];
        return { pipeline, weight, engineered: engineeredRows(pipeline, frame, ranges) };
      });
      const output = blendOutputs(
        answering.map(({ pipeline, engineered }) => predictEngineered(pipeline, engineered)),
        answering.map(({ weight }) => weight),
      );
      const explanations = explain ? explanationsOf(answering, output, classes, spec) : [];
      return answersOf(output, classes, frame.rowCount).map((answer, row) => ({
        ...answer,
        ...(explain && { explanation: explanations[row] ?? null }),
      }));
    });
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

function withheldWords({ models, partitions }: Withheld): Json {
  const ordered = (words: ReadonlyMap<string, string>) =>
    [...words].sort(([one], [other]) => comparePartitions(one, other));
  return [ordered(models), ordered(partitions)];
}

/** How rows are read, and what classes a model tells apart. */
type Reading = Omit<ServedModels, 'models'>;
type How = { readonly reading: Reading; readonly explain: boolean };

function givenParts(
  rows: readonly GivenRow[],
  { spec, columns }: Omit<Reading, 'classes'>,
): readonly GivenPart[] {
  if (spec.forecast === undefined) return readRows(rows, spec, columns);
  throw new Failure(
    'invalid-data',
    'A forecast goes on from the history of a partition, not from single rows: use `partita predict RUN --data FILE --out FILE`.',
  );
}

/** What is said of each row, at the place where it was given. */
async function inOrder<Answer>(
  parts: readonly GivenPart[],
  answer: (part: GivenPart) => Promise<readonly Answer[]>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const part of parts) {
    const given = await answer(part);
    part.places.forEach((place, i) => {
      answers[place] = given[i] as Answer;
    });
  }
  return answers;
}

/** A model that may answer, and how the newest run that made it reads rows. */
async function modelReading(
  { lineage, quarantine, runs }: Pick<Context, 'lineage' | 'quarantine' | 'runs'>,
  model: string,
): Promise<Reading & { readonly member: ServedMember }> {
  const found = await lineage.lineageOfModel(model);
  refuseBlend(found, 'answer');
  const withheld = await withheldReason(quarantine, found);
  if (withheld !== null)
    throw new Failure('conflict', `Model ${found.model} must not answer: ${withheld}`);
  const [made] = found.makings;
  const [bytes] = found.places;
  const run = made === undefined ? null : await runs.run(made.runId);
  if (made === undefined || bytes === undefined || run === null || run.snapshot === null)
    throw new Failure('not-found', `The bytes of model ${found.model} are in no pack.`);
  return {
    spec: run.spec,
    columns: run.snapshot.columns,
    classes: run.plan?.classes ?? [],
    member: soleMember({ rung: made.scope, reason: null, digest: found.model, bytes }),
  };
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
): readonly ModelAnswer[] {
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
