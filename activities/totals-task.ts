import { isInTargetUnit, type Metric } from '../src/domain/metric.ts';
import { GLOBAL_TEXT } from '../src/domain/partition.ts';
import type { TaskWith } from '../src/engines/job.ts';
import type { AnsweringParents, Choice, Choosable } from '../src/partition/choice.ts';
import { candidateCount } from '../src/partition/ensemble-layer.ts';
import type { SideScores } from '../src/partition/evaluate-facts.ts';
import { parentOfPlanned } from '../src/partition/parents.ts';
import type { ArgsOf } from '../src/partition/registry.ts';
import type { TotalsArgs } from '../src/partition/totals-facts.ts';
import type { PackMember } from '../src/stores/objects/pack.ts';
import {
  GLOBAL_PARTITION,
  type PartitionRecord,
  type RunRecord,
} from '../src/stores/run-records.ts';
import type { StoredInput } from '../src/stores/stored-input.ts';
import { type TrainedModel, trainedModel } from '../src/stores/trained-model.ts';
import { globalInputs, parentInputs, type TrainedParent } from './stored-inputs.ts';

/** What the choice and the totals need of a partition; the rest of its record is let go. */
export type Row = Choosable & {
  readonly rows: number;
  readonly ranges: PartitionRecord['ranges'];
  readonly own:
    | (Pick<TrainedModel['facts'], 'best' | 'bestWithout'> & { readonly predictions: PackMember })
    | null;
};

/** A partition whose rows count in the totals, and who answers for it. */
type Member = { readonly row: Row; readonly choice: Choice };

/** `columns`: those of the key that a parent has. */
export function rowOf(record: PartitionRecord, metric: Metric, columns?: readonly string[]): Row {
  const { partitionId, decision, rows, ranges, trained, evaluated } = record;
  const parent = parentOfPlanned(record, columns);
  const { comparison = null, errors = null } = evaluated?.parent ?? {};
  const own = trainedModel(trained);
  return {
    partitionId,
    decision,
    rows,
    ranges,
    model: own?.facts.model.digest ?? null,
    isReused: trained?.origin !== undefined,
    failure: trained?.kind === 'failed' ? trained.reason : null,
    comparison: evaluated?.comparison ?? null,
    ...scaleOf(metric, evaluated?.global),
    errors: evaluated?.errors ?? null,
    ...(parent !== null && {
      parent: {
        id: parent.id,
        comparison,
        ...scaleOf(metric, evaluated?.parent?.scores),
        errors,
      },
    }),
    own: own && {
      best: own.facts.best,
      bestWithout: own.facts.bestWithout,
      predictions: own.predictions,
    },
  };
}

/** Of held-out rows of the training, as the comparison is: the holdout decides nothing. */
function scaleOf(metric: Metric, other: SideScores | null | undefined): Pick<Choosable, 'scale'> {
  return isInTargetUnit(metric) ? { scale: other?.nested.value ?? 0 } : {};
}

/** A merged partition's rows are those of its union. */
export function membersOf(rows: readonly Row[], choices: readonly Choice[]): readonly Member[] {
  return rows
    .map((row, i): Member => ({ row, choice: choices[i] as Choice }))
    .filter(({ row }) => row.decision.kind !== 'merge');
}

/** The models that answer beside the partitions' own. */
type Models = {
  readonly global: TrainedModel | null;
  readonly parents: ReadonlyMap<string, TrainedParent>;
  readonly answering: AnsweringParents;
};

/** One task over the union of all answered partitions, with their predictions as inputs (see `TotalsArgs`). */
export function totalsTask(
  run: RunRecord,
  members: readonly Member[],
  { global, parents, answering }: Models,
): TaskWith<Omit<TotalsArgs, keyof ArgsOf<'rank'>>, StoredInput> {
  const ranges = members.flatMap(({ row }) => row.ranges);
  const parentFor = ({ row }: Member) => parents.get(row.parent?.id ?? '');
  return {
    partition: { id: GLOBAL_PARTITION, text: GLOBAL_TEXT, ranges },
    part: {
      members: members.map((member) => {
        const { row, choice } = member;
        const parent = parentFor(member);
        return {
          rows: row.rows,
          best: row.own?.best ?? null,
          bestWithout: row.own?.bestWithout ?? [],
          ...(parent && { parent: chosenOfParent(parent) }),
          served: servedBy(row, choice, answering),
        };
      }),
      candidates: candidateCount(run.spec),
      global: global && { best: global.facts.best, bestWithout: global.facts.bestWithout },
    },
    inputs: [
      ...members.flatMap(({ row: { own } }) =>
        own === null ? [] : [{ name: 'own', ...own.predictions }],
      ),
      ...members.flatMap((member) => {
        const parent = parentFor(member);
        return parent === undefined ? [] : parentInputs(run, parent, member.row.ranges);
      }),
      ...(global === null ? [] : globalInputs(run, global, ranges)),
    ],
  };
}

function chosenOfParent({ model: { facts }, reach }: TrainedParent) {
  return { best: facts.best, bestWithout: facts.bestWithout, reach };
}

function servedBy(
  row: Row,
  choice: Choice,
  answering: AnsweringParents,
): TotalsArgs['members'][number]['served'] {
  if (choice.model === null) return 'none';
  if (choice.blend !== undefined) {
    const { parts, withoutFold } = choice.blend;
    const isParent = parts.some(({ rung }) => rung === 'parent');
    return { with: isParent ? 'parent' : 'global', weight: parts[0]?.weight ?? 0, withoutFold };
  }
  if (choice.model === row.model) return 'own';
  return choice.model === answering.get(row.parent?.id ?? '') ? 'parent' : 'global';
}
