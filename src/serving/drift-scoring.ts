import { isFailure } from '../domain/failure.ts';
import type { Pair, PairedPartition } from '../engines/compare-snapshots.ts';
import type { DriftComparison } from '../engines/judged-drift.ts';
import { answerFor } from '../partition/model-set.ts';
import { partitionRef } from '../partition/partition-function.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import type { RunRecord } from '../stores/run-records.ts';
import { localInputs } from '../stores/stored-input.ts';
import { modelInputs, routeOf } from './answer-routes.ts';
import { heldOutScores } from './held-out.ts';
import { type ServedModels, type ServingStores, servedModels } from './model-set.ts';

/** `because`: why nothing is scored. */
export type ScoredBy = { readonly served: ServedModels | null; readonly because: string | null };

/** Which models of a run are scored on new rows with these columns, or why none are. */
export async function scoredBy(
  stores: ServingStores,
  { runId, spec }: RunRecord,
  columns: readonly { readonly name: string }[],
): Promise<ScoredBy> {
  const none = (because: string) => ({ served: null, because });
  if (spec.forecast !== undefined)
    return none('A forecast is judged by its backtest, not on single rows.');
  const needed = [spec.target.column, spec.columns.weight].filter((name) => name !== undefined);
  const missing = needed.find((name) => columns.every((column) => column.name !== name));
  if (missing !== undefined) return none(`The new data have no column \`${missing}\`.`);
  try {
    return { served: await servedModels(stores, runId), because: null };
  } catch (error) {
    if (isFailure(error)) return none(error.message);
    throw error;
  }
}

type Scoring = Pick<DriftComparison, 'paired' | 'holdout' | 'scoring'>;

/** Who answers for each pair of partitions now, and what the run's holdout said of that model. */
export async function driftScoring(
  { objects, ...stores }: ServingStores & { readonly objects: ObjectStore },
  { runId, spec }: RunRecord,
  served: ServedModels | null,
): Promise<Scoring> {
  if (served === null)
    return {
      scoring: null,
      holdout: () => null,
      paired: async (pair) => ({ ...sidesOf(pair), models: [], weights: [] }),
    };
  const { models, classes } = served;
  const member = (text: string) => answerFor(text, models).member;
  const heldOut = await heldOutScores(stores.runs, runId, member);
  return {
    scoring: { spec, task: spec.target.task, classes },
    holdout: ({ current }) => heldOut.get(current.text) ?? null,
    paired: async (pair) => {
      const { member: answering } = routeOf(pair.current, models);
      return {
        ...sidesOf(pair),
        models: answering === null ? [] : await localInputs(modelInputs(answering), objects),
        weights: answering === null ? [] : answering.parts.map(({ weight }) => weight),
      };
    },
  };
}

function sidesOf({ reference, current }: Pair): Pick<PairedPartition, 'reference' | 'current'> {
  return { reference: partitionRef(reference), current: partitionRef(current) };
}
