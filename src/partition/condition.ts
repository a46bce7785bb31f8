import {
  comparePartitions,
  type KeyValue,
  type PartitionKey,
  partitionText,
} from '../domain/partition.ts';
import type { Decision, SkipReason } from '../domain/run.ts';
import { partitionId } from '../frame/digest.ts';
import type { RowRange } from '../frame/frame.ts';
import type { Spec } from '../spec/spec.ts';
import type { ProfileFacts } from './profile-facts.ts';

export type ProfiledRef = {
  readonly id: string;
  readonly text: string;
  readonly key: PartitionKey;
  readonly start: number;
  readonly count: number;
  readonly facts: ProfileFacts;
};

/** A partition of a run as the plan sees it: one of the snapshot, or a union of several. */
export type PlannedPartition = {
  readonly partitionId: string;
  readonly text: string;
  readonly key: PartitionKey;
  readonly rows: number;
  readonly decision: Decision;
  /** Rows of the snapshot: one range, or one for each member of a union. */
  readonly ranges: readonly RowRange[];
  /** It is no partition of the table: its model may answer for those that share its key. */
  readonly isParent?: true;
};

/** The last key value of a union of partitions that were too small to stand alone; numbered where a partition has it. */
const MERGED = '(merged)';

/**
 * Decides what each partition will be (DESIGN §3 condition): trained (to be blended where it is small), answered by the global model, skipped, or merged
 * with its siblings (same leading key columns) into one union, which is itself judged again.
 */
export function conditionPartitions(
  profiled: readonly ProfiledRef[],
  spec: Spec,
): readonly PlannedPartition[] {
  const conditioned = profiled.map((partition) => conditionOne(partition, spec));
  if (spec.partition.on_small !== 'merge') return conditioned;
  const unions = mergeSmall(profiled, conditioned, spec);
  const byMember = new Map(
    unions.flatMap(({ union, members }) => members.map((id) => [id, union])),
  );
  const settled = conditioned.map((partition) => {
    const union = byMember.get(partition.partitionId);
    return union === undefined || partition.decision.kind === 'train'
      ? partition
      : { ...partition, decision: mergedDecision(partition.decision, union) };
  });
  return [...settled, ...unions.map(({ union }) => union)].sort((a, b) =>
    comparePartitions(a.text, b.text),
  );
}

/** Every class label of the table in code-unit order; the order of probability columns everywhere. */
export function classLabels(profiled: readonly Pick<ProfiledRef, 'facts'>[]): readonly string[] {
  const labels = new Set(
    profiled.flatMap(({ facts }) => facts.target.classes.map(({ label }) => label)),
  );
  return [...labels].sort(comparePartitions);
}

function conditionOne(partition: ProfiledRef, spec: Spec): PlannedPartition {
  return {
    partitionId: partition.id,
    text: partition.text,
    key: partition.key,
    rows: partition.count,
    decision: decide([partition.facts], spec),
    ranges: [{ start: partition.start, count: partition.count }],
  };
}

/** What becomes of the rows of all these profiles together. */
export function decide(facts: readonly ProfileFacts[], spec: Spec): Decision {
  const failure = facts.find((one) => one.failure !== undefined)?.failure;
  if (failure !== undefined) return { kind: 'fail', reason: failure.reason };
  const reason = smallReason(facts, spec);
  return reason === null ? { kind: 'train' } : fallback(reason, spec);
}

/** Why these rows together can't have a model of their own, the plainest reason; null when they can. */
function smallReason(facts: readonly ProfileFacts[], spec: Spec): SkipReason | null {
  if (facts.every((one) => one.target.missing === one.rows)) return 'no_target';
  const usable = facts.reduce((sum, one) => sum + usableRows(one), 0);
  if (usable < spec.partition.min_rows) return 'too_small';
  if (spec.target.task === 'classification') {
    const labels = new Set(facts.flatMap((one) => one.target.classes.map(({ label }) => label)));
    if (labels.size < 2) return 'single_class';
  } else if (facts.every((one) => one.target.distinct <= 1) && facts.length === 1) {
    return 'constant_target';
  }
  return null;
}

function usableRows(facts: ProfileFacts): number {
  return facts.rows - Object.values(facts.split.excluded).reduce((sum, count) => sum + count, 0);
}

function fallback(reason: SkipReason, spec: Spec): Decision {
  const { on_small: asked } = spec.partition;
  // Without a target there is nothing to learn.
  if (asked === 'shrink' && reason !== 'no_target') return { kind: 'shrink', reason };
  const answersGlobally = asked !== 'skip' && spec.global.enabled;
  return answersGlobally ? { kind: 'global', reason } : { kind: 'skip', reason };
}

type Union = { readonly union: PlannedPartition; readonly members: readonly string[] };

function mergeSmall(
  profiled: readonly ProfiledRef[],
  conditioned: readonly PlannedPartition[],
  spec: Spec,
): readonly Union[] {
  const groups = new Map<string, ProfiledRef[]>();
  profiled.forEach((partition, i) => {
    const kind = conditioned[i]?.decision.kind;
    if (kind === 'train' || kind === 'fail') return;
    const group = JSON.stringify(Object.values(partition.key).slice(0, -1));
    groups.set(group, [...(groups.get(group) ?? []), partition]);
  });
  const taken = new Set(profiled.map(({ text }) => text));
  return [...groups.values()]
    .filter((members) => members.length > 1)
    .map((members) => unite(members, spec, taken));
}

function unite(members: readonly ProfiledRef[], spec: Spec, taken: ReadonlySet<string>): Union {
  const columns = Object.keys(members[0]?.key ?? {});
  const leading = Object.values(members[0]?.key ?? {}).slice(0, -1);
  const textOf = (last: string) => partitionText(columns, [...leading, last]);
  let last = MERGED;
  for (let i = 2; taken.has(textOf(last)); i += 1) last = `(merged ${i})`;
  const text = textOf(last);
  const values = [...leading, last];
  return {
    members: members.map(({ id }) => id),
    union: {
      partitionId: partitionId(`union ${text}`),
      text,
      key: Object.fromEntries(columns.map((column, i) => [column, values[i] as KeyValue])),
      rows: members.reduce((sum, { count }) => sum + count, 0),
      decision: decide(
        members.map(({ facts }) => facts),
        spec,
      ),
      ranges: members.map(({ start, count }) => ({ start, count })),
    },
  };
}

function mergedDecision(before: Decision, union: PlannedPartition): Decision {
  if (before.kind !== 'global' && before.kind !== 'skip') return before;
  if (union.decision.kind !== 'train')
    return union.decision.kind === 'merge' ? before : union.decision;
  return { kind: 'merge', reason: before.reason, into: union.partitionId };
}
