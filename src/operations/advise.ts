import { Failure } from '../domain/failure.ts';
import { createJob, runJob } from '../engines/job.ts';
import type { AdviseFacts, DivisionAdvice } from '../partition/advise/advice.ts';
import { checkFeatures } from '../partition/check-features.ts';
import { columnsRead } from '../partition/columns-read.ts';
import { featureCount } from '../partition/known-features.ts';
import type { Spec } from '../spec/spec.ts';
import type { Workshop } from './context.ts';
import { estimateTraining, fitsPerModel, type TrainingEstimate } from './estimate-training.ts';
import type { Advice, TrainingCost } from './outlook.ts';
import { type PassingSnapshot, withSnapshot } from './passing-snapshot.ts';
import type { AdviceRequest } from './requests.ts';

/** Minutes are enough for a sample; the memory is for the rows it is drawn from. */
const LIMITS = { seconds: 3600, memoryMb: 16_384 };

/**
 * Which columns deserve to partition the table, or that none does: reads the source into a snapshot that is thrown away,
 * and judges candidates on a sample of it. Throws `Failure` where a run would end before it trains.
 */
export async function adviseOn(
  workshop: Workshop,
  { spec, baseFolder, rows }: AdviceRequest,
  signal?: AbortSignal,
): Promise<Advice> {
  if (spec.forecast !== undefined)
    throw new Failure(
      'invalid-spec',
      'The key of a forecast says which rows are one series: there is no other to advise. Remove `forecast` to compare keys.',
    );
  const request = workshop.snapshotRequest(anyDivision(spec), baseFolder);
  const work = async (passing: PassingSnapshot, until: AbortSignal): Promise<Advice> => {
    const { snapshot } = passing;
    checkFeatures(snapshot.columns, spec);
    const facts = await judge(workshop, { spec, rows, passing }, until);
    const perModel = fitsPerModel(spec);
    const features = featureCount(snapshot.columns, spec);
    const plan = { fitTimes: await workshop.fitTimes(), threads: workshop.threadsFor(spec) };
    const estimate = (ownRows: readonly number[]): TrainingEstimate => {
      const sizeOf = (count: number) => ({ rows: count, features, classes: facts.classes });
      const global = { ...sizeOf(facts.rows), isSampled: true };
      return estimateTraining(spec, { whole: ownRows.map(sizeOf), divided: [global] }, plan);
    };
    const costOf = (ownRows: readonly number[]): TrainingCost => ({
      fits: (ownRows.length + 1) * perModel,
      estimatedSeconds: estimate(ownRows).seconds,
    });
    return {
      source: `${snapshot.source.kind} ${snapshot.source.location}`,
      metric: facts.metric,
      rows: facts.rows,
      sampled: facts.sampled,
      advice: adviceOf(facts),
      withoutPartition: { score: facts.score, ...costOf([]) },
      divisions: facts.divisions.map(({ ownRows, ...division }) => ({
        ...division,
        ...costOf(ownRows),
      })),
      tested: facts.tested,
      notTried: facts.notTried,
      estimateBasis: estimate([]).basis,
      warnings: snapshot.warnings,
    };
  };
  return withSnapshot(workshop, request, work, signal);
}

/** The key of the spec may make any number of partitions here: it is one of many. */
function anyDivision(spec: Spec): Spec {
  return { ...spec, partition: { ...spec.partition, max: Number.MAX_SAFE_INTEGER } };
}

async function judge(
  { engineFor }: Pick<Workshop, 'engineFor'>,
  {
    spec,
    rows,
    passing: { snapshot, path },
  }: {
    readonly spec: Spec;
    readonly rows: number;
    readonly passing: PassingSnapshot;
  },
  signal: AbortSignal,
): Promise<AdviseFacts> {
  const ranges = [{ start: 0, count: snapshot.rowCount }];
  const table = { id: 'table', text: 'the whole table', ranges };
  const job = createJob(
    {
      snapshot: { digest: snapshot.digest, path },
      columns: columnsRead(snapshot.columns, spec),
      limits: { ...LIMITS, heapMb: spec.limits.per_partition.memory_mb },
    },
    {
      name: 'advise',
      args: { spec, cutoffs: snapshot.cutoffs, rows },
      tasks: [{ partition: table }],
    },
  );
  const [outcome] = await runJob(await engineFor(spec), job, signal);
  if (outcome?.kind === 'ok') return outcome.facts;
  throw new Failure('invalid-data', `There is no advice: ${outcome?.message}`);
}

function adviceOf({ divisions }: AdviseFacts): Advice['advice'] {
  const best = divisions[0];
  if (best === undefined) return { partition: null, because: 'nothing_to_try' };
  if (best.verdict === 'pays') return { partition: best.by, because: 'pays' };
  const differs = (one: DivisionAdvice): boolean => one.verdict === 'differs';
  return { partition: null, because: divisions.some(differs) ? 'differs' : 'same' };
}
