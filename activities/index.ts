import { beginFiringActivity } from './begin-firing.ts';
import { chooseModelsActivity } from './choose-models.ts';
import { conditionRunActivity } from './condition-run.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { evaluationActivities } from './evaluate-batch.ts';
import { profileBatchActivity } from './profile-batch.ts';
import { runStatusActivities } from './run-status.ts';
import { takeSnapshotActivity } from './take-snapshot.ts';
import { trainBatchActivity } from './train-batch.ts';
import { trainGlobalActivity } from './train-global.ts';
import { writeReportActivity } from './write-report.ts';

/** The only side effects that a workflow can cause; each may run twice, the second time changes nothing. */
export function createActivities(dependencies: ActivityDependencies) {
  return {
    ...beginFiringActivity(dependencies),
    ...runStatusActivities(dependencies),
    ...takeSnapshotActivity(dependencies),
    ...profileBatchActivity(dependencies),
    ...conditionRunActivity(dependencies),
    ...trainBatchActivity(dependencies),
    ...trainGlobalActivity(dependencies),
    ...evaluationActivities(dependencies),
    ...chooseModelsActivity(dependencies),
    ...writeReportActivity(dependencies),
  };
}

export type Activities = ReturnType<typeof createActivities>;
