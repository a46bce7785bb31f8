import type { Comparison } from '../../estimators/compare.ts';
import { pollOf } from '../../estimators/polling.ts';
import { score } from '../../estimators/score.ts';
import { nestedRows } from '../nested-choice.ts';
import { ownAgainst } from '../own-against.ts';
import type { PartitionContext, PartitionData, PartitionResult } from '../partition-function.ts';
import type { Side } from '../side-scores.ts';
import { scoredRows } from '../truth.ts';
import type { AdviseArgs, AdviseFacts, DivisionAdvice, DivisionVerdict } from './advice.ts';
import { type AdviserTable, adviserTable, hiddenColumns } from './adviser-table.ts';
import { CheapLearners } from './cheap-learners.ts';
import { type DifferenceTest, type TestRows, testDifferences } from './difference-test.ts';
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
 * (`AdviseFacts`). No blobs. The test counts all divisions that are tried. Lifts are those of models that have not seen their
 * rows, but nothing corrects the largest for being the best of several.
 */
export function advise(
  data: PartitionData,
  args: AdviseArgs,
  { stop }: PartitionContext,
): PartitionResult<AdviseFacts> {
  const table = adviserTable(data, args, stop);
  const { divisions: singles, notTried } = singleDivisions(table);
  const learners = new CheapLearners(table, stop);
  const rivals = new Rivals(table, learners);
  const candidates = [...singles, ...jointDivisions(table, singles)];
  const tests = differences(table, rivals, candidates, stop);
  const judged = promising(tests, args.spec.partition.by).map(([division, test]) => {
    const without = rivals.of(division.by);
    const divided = learners.divided(division, without);
    return judge(table, division, test, { without, divided });
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
      return ownAgainst(table.evidence, first.divided, second.divided, table.folds);
    },
  );
  const facts: AdviseFacts = {
    rows: table.whole.rowCount,
    sampled: table.sampled.length,
    features: table.features.length,
    classes: table.classes.length,
    metric: args.spec.metric,
    score: nestedScore(table, rivals.of(args.spec.partition.by)),
    divisions: order.map((place) => (judged[place] as Judged).advice),
    tested: candidates.length,
    notTried,
  };
  return { facts, blobs: new Map() };
}

/** Models of the table that divisions have to beat; each is fitted once. */
class Rivals {
  readonly #table: AdviserTable;
  readonly #learners: CheapLearners;
  readonly #known = new Map<string, Side>();

  constructor(table: AdviserTable, learners: CheapLearners) {
    this.#table = table;
    this.#learners = learners;
  }

  /** The one that a run which divides by these columns would have. */
  of(by: readonly string[]): Side {
    const hidden = hiddenColumns(this.#table, by);
    const key = JSON.stringify([...hidden].sort());
    const known = this.#known.get(key) ?? this.#learners.withoutPartition(hidden);
    this.#known.set(key, known);
    return known;
  }
}

/** One test for all of them, each held against the model that it has to beat. */
function differences(
  table: AdviserTable,
  rivals: Rivals,
  candidates: readonly Division[],
  stop: Int32Array,
): ReadonlyMap<Division, DifferenceTest> {
  const plan = { seed: table.spec.seed, permutations: PERMUTATIONS, poll: pollOf(stop) };
  const groups = groupsOf(candidates, ({ by }) => rivals.of(by));
  const models = groups.map(([without, [first]]) => ({
    without,
    hidden: hiddenColumns(table, first?.by ?? []),
  }));
  const rows = testRows(table, models, (candidates.length + groups.length) * PERMUTATIONS);
  const tested = groups.map(([, divisions], group) => ({
    rows: rows[group] as TestRows,
    divisions,
  }));
  return testDifferences(tested, plan);
}

/** By what the values have in common, in the order of their first. */
function groupsOf<Value, Key>(
  values: readonly Value[],
  keyOf: (value: Value) => Key,
): readonly (readonly [Key, readonly Value[]])[] {
  const groups = new Map<Key, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return [...groups];
}

/** The divisions that models are fitted for, the farthest first; what the spec says is always among them. */
function promising(
  tests: ReadonlyMap<Division, DifferenceTest>,
  written: readonly string[],
): readonly (readonly [Division, DifferenceTest])[] {
  const farthest = [...tests].sort(([, a], [, b]) => b.distance - a.distance);
  const isSingle = ([{ by }]: readonly [Division, DifferenceTest]): boolean => by.length === 1;
  const chosen = new Set([
    ...farthest.filter(isSingle).slice(0, MAX_SINGLES),
    ...farthest.filter((tested) => !isSingle(tested)).slice(0, MAX_JOINT),
    ...farthest.filter(([{ by }]) => isSame(by, written)),
  ]);
  return farthest.filter((tested) => chosen.has(tested));
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
  const evidence = ownAgainst(table.evidence, divided, without, table.folds);
  const advice: DivisionAdvice = {
    by,
    isAsWritten: isSame(by, table.spec.partition.by),
    verdict: verdictOf(pValue, comparison, evidence),
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

/**
 * Pays where own models are better in the spec's metric, and surely so by what tells most of these rows; or surely by the
 * metric and likely, by more than a standard error, by the other: a metric that turns at a threshold may be moved by that alone.
 */
function verdictOf(
  pValue: number,
  lift: Comparison | null,
  evidence: Comparison | null,
): DivisionVerdict {
  if (pValue > LEVEL) return 'same';
  if (lift === null || evidence === null) return 'differs';
  const isLikely = evidence.difference + evidence.interval.low > 0;
  const isSure = evidence.interval.low > 0 || (isLikely && lift.interval.low > 0);
  return lift.difference > 0 && isSure ? 'pays' : 'differs';
}

function nestedScore({ truth, folds }: AdviserTable, side: Side): number | null {
  const { rows, output } = nestedRows(side, folds);
  return score(truth.spec.metric, scoredRows(truth, rows, output)).value;
}
