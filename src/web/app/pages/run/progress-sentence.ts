import { countedText, countText, roughDurationText } from '../../../../report/number-text.ts';
import type { RunState, StageFacts } from '../../api/answers.ts';
import { elapsedMs } from '../../parts/moments.ts';

/** Below this share an estimate would be a guess. */
const ENOUGH = 0.05;

/** Where a run is, how far, and how long it still takes. */
export function progressSentence(state: RunState, stages: readonly StageFacts[]): string {
  if (state.paused) return 'Paused: no new batch is started until it is resumed.';
  if (state.stage === null) return 'Waiting for a worker.';
  const { done, total } = state.batches;
  const place =
    total > 0
      ? `${state.stage}: ${countText(done)} of ${countedText(total, 'batch')}`
      : state.stage;
  const left = remainingMs(state, stages);
  const text = [place.replace(/batchs$/, 'batches'), ...onCluster(state)].join(', ');
  return left === null
    ? `Now at ${text}.`
    : `Now at ${text}, about ${roughDurationText(left)} left in this stage.`;
}

/** What is left of the current stage, if it goes on as fast as it has been; null while it is too early to tell. */
function remainingMs({ batches, stage }: RunState, stages: readonly StageFacts[]): number | null {
  const current = stages.find((facts) => facts.stage === stage);
  if (current === undefined || current.startedAt === null || batches.total === 0) return null;
  const progress = batches.done / batches.total;
  if (progress < ENOUGH) return null;
  return (elapsedMs(current.startedAt, null) * (1 - progress)) / progress;
}

/** Batches go to a cluster whole: its own tasks show that something moves. */
function onCluster({ cluster }: RunState): readonly string[] {
  if (cluster === null) return [];
  return [`Spark has done ${countText(cluster.done)} of ${countedText(cluster.tasks, 'task')}`];
}

/** Why the run does not get on at present, though it goes on; null where nothing is in its way. */
export function troubleSentence({ trouble }: RunState): string | null {
  return trouble === null ? null : `Trying again: ${trouble}`;
}
