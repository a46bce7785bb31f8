import { Failure } from '../domain/failure.ts';
import { isTerminal } from '../domain/run.ts';
import { fileSha256 } from '../embedded/file-sha256.ts';
import type { RunRecord } from '../stores/run-store.ts';
import { compareRuns, type RunChanges, type RunComparison } from './compare-runs.ts';
import type { OperationContext } from './context.ts';
import { startNewRun } from './submit.ts';

/** What another result may come from, the plainest first. */
export type DifferenceCause = 'data' | 'code' | 'environment' | 'non-determinism';

export type Reproduction = {
  readonly runId: string;
  readonly origin: string;
  readonly isReproduced: boolean;
  readonly partitions: number;
  /** The first difference in the order of the work, with what it comes from; null: there is none. */
  readonly first: RunComparison['first'];
  readonly cause: DifferenceCause | null;
  /** What was not the same this time, whether or not it made a difference. */
  readonly changed: RunChanges;
};

/**
 * Checks the bytes that a run read against their digests, then starts the same run on them with nothing taken over.
 * Throws `Failure('conflict')` while the run goes on, `Failure('not-found')` and `Failure('corrupt-object')` where its
 * inputs are not what it read.
 */
export async function startReproduction(
  context: OperationContext,
  id: string,
): Promise<{ readonly runId: string; readonly origin: string }> {
  const origin = await context.runs.run(id);
  if (!isTerminal(origin.status))
    throw new Failure('conflict', `Run ${origin.runId} is ${origin.status}: wait for its end.`);
  await checkInputs(context, origin);
  const { runId } = await startNewRun(context, {
    spec: origin.spec,
    specDigest: origin.specDigest,
    baseFolder: origin.baseFolder,
    requestedBy: context.user,
    reuse: false,
    origin: { mode: 'reproduce', runId: origin.runId },
  });
  return { runId, origin: origin.runId };
}

async function checkInputs(
  { objects }: OperationContext,
  { runId, snapshot }: RunRecord,
): Promise<void> {
  if (snapshot === null)
    throw new Failure('not-found', `Run ${runId} has read nothing that could be read again.`);
  const { parquet } = snapshot;
  if (!(await objects.has(parquet)))
    throw new Failure('not-found', `The rows that run ${runId} read are gone (${parquet}).`);
  if (`sha256:${await fileSha256(objects.path(parquet))}` !== parquet)
    throw new Failure(
      'corrupt-object',
      `The rows that run ${runId} read were changed (${parquet}).`,
    );
}

/** How a run that was started so came out, against its origin. */
export async function compareReproduction(
  context: OperationContext,
  id: string,
): Promise<Reproduction> {
  const again = await context.runs.run(id);
  if (again.origin === null)
    throw new Failure('usage', `Run ${again.runId} does not start from another run.`);
  const origin = await context.runs.run(again.origin.runId);
  const { changed, first, partitions } = await compareRuns(context, origin, again);
  return {
    runId: again.runId,
    origin: origin.runId,
    isReproduced: first === null && again.status === origin.status,
    partitions: partitions.both,
    first,
    cause: first === null ? null : causeOf(changed, origin),
    changed,
  };
}

/** Other rows explain everything, other code what is left, another machine the rest. */
function causeOf({ data, code, environment }: RunChanges, { partitionBundle }: RunRecord) {
  if (Object.keys(data).length > 0) return 'data';
  const isOtherCode = 'partitionBundleDigest' in code || partitionBundle === null;
  if (isOtherCode && Object.keys(code).length > 0) return 'code';
  return Object.keys(environment).length > 0 ? 'environment' : 'non-determinism';
}
