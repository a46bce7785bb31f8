import type { Digest } from '../domain/digest.ts';
import { Failure } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import type { Task } from '../domain/metric.ts';
import { importanceByFeature } from '../estimators/importance.ts';
import { digestBytes } from '../frame/digest.ts';
import { loadPipeline } from '../partition/pipeline-bytes.ts';
import type { ModelLineage } from '../stores/lineage-store.ts';
import { refuseBlend } from './blend-refusal.ts';
import type { OperationContext } from './context.ts';

/** What a model is, from its own bytes. */
export type ModelCard = {
  readonly model: Digest;
  readonly byteSize: number;
  readonly algorithm: string;
  readonly task: Task;
  readonly target: string;
  readonly classes: readonly string[];
  /** What a row must have to be scored, beside the key. */
  readonly columns: readonly {
    readonly name: string;
    readonly kind: 'number' | 'category' | 'time';
  }[];
  readonly key: readonly string[];
  readonly steps: readonly { readonly [step: string]: Json }[];
  /** Largest first, at most 100. */
  readonly importance: readonly { readonly feature: string; readonly share: number }[];
  /** Why it must not answer: it, its rows, its snapshot or its partition is in quarantine; null: it may. */
  readonly withheld: string | null;
};

const LISTED = 100;

/** Takes a digest or a unique beginning of it. Throws `Failure('not-found')`, `Failure('corrupt-object')`. */
export async function modelCard(
  { lineage, objects, quarantine }: Pick<OperationContext, 'lineage' | 'objects' | 'quarantine'>,
  prefix: string,
): Promise<ModelCard> {
  const found = await lineage.lineageOfModel(prefix);
  refuseBlend(found, 'card');
  const card = await cardOfBytes(objects, found);
  return { ...card, withheld: await withheldReason(quarantine, found) };
}

/** By the newest run that made it. */
export async function withheldReason(
  quarantine: OperationContext['quarantine'],
  { model, makings: [made] }: ModelLineage,
): Promise<string | null> {
  if (made === undefined) return null;
  const { models, partitions } = await quarantine.withheld(made.runId);
  return models.get(model) ?? partitions.get(made.partition) ?? null;
}

/** What the bytes of a model tell. Throws `Failure('not-found')`, `Failure('corrupt-object')`. */
export async function cardOfBytes(
  objects: OperationContext['objects'],
  { model: digest, places }: ModelLineage,
): Promise<Omit<ModelCard, 'withheld'>> {
  const [place] = places;
  if (place === undefined)
    throw new Failure('not-found', `The bytes of model ${digest} are in no pack.`);
  const bytes = await objects.getRange(place.pack, place.offset, place.length);
  if (digestBytes(bytes) !== digest)
    throw new Failure('corrupt-object', `The stored bytes of model ${digest} were changed.`);
  const { contract, handling, model } = loadPipeline(bytes);
  const shares = model.importance?.();
  const card = {
    model: digest,
    byteSize: bytes.length,
    algorithm: model.algorithm,
    task: contract.task,
    target: contract.target,
    classes: contract.classes,
    columns: contract.sources.map(({ name, kind }) => ({ name, kind })),
    key: contract.key,
    steps: contract.steps as readonly { readonly [step: string]: Json }[],
    importance:
      shares === undefined
        ? []
        : importanceByFeature(handling.featureNames, shares).slice(0, LISTED),
  };
  model.free?.();
  return card;
}
