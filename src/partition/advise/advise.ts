import { pollOf } from '../../estimators/polling.ts';
import { score } from '../../estimators/score.ts';
import { nestedRows } from '../nested-choice.ts';
import { ownAgainst } from '../own-against.ts';
import type { PartitionContext, PartitionData, PartitionResult } from '../partition-function.ts';
import type { Side } from '../side-scores.ts';
import { scoredRows } from '../truth.ts';
import type { AdviseArgs, AdviseFacts, DivisionAdvice, DivisionVerdict } from './advice.ts';
import { type AdviserTable, adviserTable } from './adviser-table.ts';
import { CheapLearners } from './cheap-learners.ts';
import { type DifferenceTest, testDifferences } from './difference-test.ts';
import { type Division, isSame, jointDivisions, singleDivisions } from './divisions.ts';
import { rankDivisions } from './rank-divisions.ts';
import { testRows } from './residuals.ts';

const PERMUTATIONS = 59;
/** Of the permutation test. */
const LEVEL = 0.05;
/** Divisions that models are fitted for: those that promise most. */
const MAX_SINGLES = 16;
const MAX_JOINT = 4;

/**
 * Which columns deserve to partition the table, judged on a sample: every column that can, pairs of them, and none
 * (`AdviseFacts`). No blobs. What is tried more than once is paid for: the test counts all divisions, and lifts are those of
 * models that have not seen their rows.
 */
export function advise(
  data: PartitionData,
  args: AdviseArgs,
  { stop }: PartitionContext,
): PartitionResult<AdviseFacts> {
  const table = adviserTable(data, args, stop);
  const { divisions: singles, notTried } = singleDivisions(table);
  const learners = new CheapLearners(table, stop);
  const without = learners.withoutPartition();
  const candidates = [...singles, ...jointDivisions(table, singles)];
  const tests = differences(table, without, candidates, stop);
  const judged = promising(candidates, tests, args.spec.partition.by).map((place) => {
    const division = candidates[place] as Division;
    return judge(table, division, tests[place] as DifferenceTest, {
      without,
      divided: learners.divided(division, without),
    });
  });
  const order = rankDivisions(
    judged.map(({ advice }) => ({
      lift: advice.lift,
      isPaying: advice.verdict === 'pays',
      own: advice.own,
      columns: advice.by.length,
    })),
    (a, b) => {
      const [first, second] = [judged[a] as Judged, judged[b] as Judged];
      return ownAgainst(table.truth, first.divided, second.divided, table.folds);
    },
  );
  const facts: AdviseFacts = {
    rows: table.whole.rowCount,
    sampled: table.sampled.length,
    features: table.features.length,
    classes: table.classes.length,
    metric: args.spec.metric,
    score: nestedScore(table, without),
    divisions: order.map((place) => (judged[place] as Judged).advice),
    tested: candidates.length,
    notTried,
  };
  return { facts, blobs: new Map() };
}

function differences(
  table: AdviserTable,
  without: Side,
  candidates: readonly Division[],
  stop: Int32Array,
): readonly DifferenceTest[] {
  if (candidates.length === 0) return [];
  const plan = { seed: table.spec.seed, permutations: PERMUTATIONS, poll: pollOf(stop) };
  const rows = testRows(table, without, candidates.length * PERMUTATIONS);
  return testDifferences(rows, candidates, plan);
}

/** Places of the divisions that models are fitted for; what the spec says is always among them. */
function promising(
  candidates: readonly Division[],
  tests: readonly DifferenceTest[],
  written: readonly string[],
): readonly number[] {
  const places = [...candidates.keys()].sort(
    (a, b) => (tests[b]?.distance ?? 0) - (tests[a]?.distance ?? 0),
  );
  const isSingle = (place: number): boolean => candidates[place]?.by.length === 1;
  const isWritten = (place: number): boolean => isSame(candidates[place]?.by ?? [], written);
  const chosen = new Set([
    ...places.filter(isSingle).slice(0, MAX_SINGLES),
    ...places.filter((place) => !isSingle(place)).slice(0, MAX_JOINT),
    ...places.filter(isWritten),
  ]);
  return places.filter((place) => chosen.has(place));
}

type Judged = { readonly advice: DivisionAdvice; readonly divided: Side };

function judge(
  table: AdviserTable,
  division: Division,
  { pValue }: DifferenceTest,
  { without, divided }: { readonly without: Side; readonly divided: Side },
): Judged {
  const { by, partitions, own, tooSmall, smallest, median, largest, ownRows } = division;
  const comparison = ownAgainst(table.truth, divided, without, table.folds);
  const advice: DivisionAdvice = {
    by,
    isAsWritten: isSame(by, table.spec.partition.by),
    verdict: verdictOf(pValue, comparison?.interval.low ?? 0),
    score: nestedScore(table, divided),
    lift: comparison?.difference ?? null,
    interval: comparison?.interval ?? null,
    pValue,
    partitions,
    own,
    tooSmall,
    smallest,
    median,
    largest,
    ownRows,
  };
  return { advice, divided };
}

function verdictOf(pValue: number, lowestLift: number): DivisionVerdict {
  if (pValue > LEVEL) return 'same';
  return lowestLift > 0 ? 'pays' : 'differs';
}

function nestedScore({ truth, folds }: AdviserTable, side: Side): number | null {
  const { rows, output } = nestedRows(side, folds);
  return score(truth.spec.metric, scoredRows(truth, rows, output)).value;
}
