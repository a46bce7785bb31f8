import { asJson, type JsonObject } from '../domain/json.ts';
import { findPartition } from '../domain/partition.ts';
import { openSnapshot } from '../frame/snapshot-reader.ts';
import { columnsRead } from '../partition/columns-read.ts';
import { classLabels } from '../partition/condition.ts';
import type { EvaluateFacts } from '../partition/evaluate-facts.ts';
import type { ProfileFacts } from '../partition/profile-facts.ts';
import type { TrainFacts } from '../partition/train-facts.ts';
import type { Spec } from '../spec/spec.ts';
import type { Workshop } from './context.ts';
import { Debugging, type OnStep } from './debugging.ts';
import { withSnapshot } from './passing-snapshot.ts';
import type { DebugRequest } from './requests.ts';

/**
 * The very partition functions in this process on one partition's real rows, one after the other up to the asked stage:
 * a breakpoint in any of them holds.
 */
export async function debugPartition(
  workshop: Pick<Workshop, 'snapshotRequest' | 'takeSnapshot'>,
  request: DebugRequest,
  onStep: OnStep,
): Promise<JsonObject> {
  const { spec, baseFolder, stage } = request;
  const source = workshop.snapshotRequest(spec, baseFolder);
  return withSnapshot(workshop, source, async ({ snapshot, path }) => {
    const partition = findPartition(snapshot.partitions, request.partition);
    const reader = await openSnapshot(path);
    try {
      const rows = await reader.read([partition], columnsRead(snapshot.columns, spec));
      const debugging = new Debugging(partition, rows, onStep);
      return asJson(runUpTo(stage, debugging, spec, snapshot.cutoffs));
    } finally {
      await reader.close();
    }
  });
}

/** The facts of the asked stage. */
function runUpTo(
  stage: DebugRequest['stage'],
  debugging: Debugging,
  spec: Spec,
  cutoffs: readonly number[],
): ProfileFacts | TrainFacts | EvaluateFacts {
  const { task } = spec.target;
  const profiled = debugging.run('profile', { spec, cutoffs }, {});
  if (stage === 'profile') return profiled.facts;
  const classes = task === 'classification' ? classLabels([profiled]) : [];
  const args = { spec, task, classes };
  const folds = profiled.blobs.get('folds') as Uint8Array;
  const trained = debugging.run('train', { ...args, scope: 'own', cutoffs }, { folds });
  if (stage === 'train') return trained.facts;
  const { best, bestWithout, candidates } = trained.facts;
  const own = best === null ? null : { candidates: candidates.length, best, bestWithout };
  const inputs = new Map([['own', trained.blobs.get('predictions') as Uint8Array]]);
  return debugging.run('evaluate', { ...args, own, global: null }, { folds, inputs }).facts;
}
