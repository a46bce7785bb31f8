import { GLOBAL_TEXT } from '../src/domain/partition.ts';
import type { RunStatus } from '../src/domain/run.ts';
import type { InputRef } from '../src/engines/engine.ts';
import { type Choosable, chooseModels, runStatusOf } from '../src/partition/choice.ts';
import type { TotalsArgs, TotalsFacts } from '../src/partition/facts.ts';
import {
  GLOBAL_PARTITION,
  type PartitionRecord,
  type RunRecord,
  type TrainedPartition,
} from '../src/stores/run-store.ts';
import { type ActivityScope, inActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { partitionJob, runJob, taskArgs } from './partition-job.ts';

type Row = Pick<PartitionRecord, 'partitionId' | 'text' | 'decision' | 'ranges' | 'rows'> & {
  readonly predictions: {
    readonly pack: import('../src/domain/digest.ts').Digest;
    readonly offset: number;
    readonly length: number;
  } | null;
} & Choosable;

export function chooseModelsActivity(dependencies: ActivityDependencies) {
  const { runs } = dependencies;
  return {
    /** Verdicts over all partitions (corrected for testing many), who answers where, and the totals from rows. */
    async chooseModels({
      runId,
    }: {
      readonly runId: string;
    }): Promise<{ readonly status: RunStatus }> {
      return inActivity(async (scope) => {
        const run = await runs.run(runId);
        const global = await runs.globalTraining(runId);
        const rows: Row[] = [];
        for await (const record of runs.partitions(runId)) rows.push(rowOf(record));
        const chosen = chooseModels(rows, modelDigest(global), run.spec.metric);
        const totals = await poolTotals(run, dependencies, scope, rows, chosen, global);
        await runs.recordChoice(runId, chosen, totals, scope.attempt);
        return { status: runStatusOf(chosen) };
      });
    },
  };
}
