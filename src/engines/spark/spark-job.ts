import { recordsFromArrow } from '../../frame/arrow-tables.ts';
import { digestBytes } from '../../frame/digest.ts';
import type { StoredColumn } from '../../frame/snapshot-layout.ts';
import type { GroupedMap, Outcome, PartitionTask } from '../engine.ts';
import { countRows, tooLarge } from '../memory-need.ts';
import { EVAL_TYPES, encodeCommand, type SparkVersion, wireVersion } from './command.ts';
import { column, groupMap, type Plan, query, structOf } from './connect/plan.ts';
import { OUTCOME_COLUMNS, type OutcomeRow, outcomeFromRow } from './outcome-rows.ts';
import { chooseKeys } from './task-keys.ts';
import { taskColumnNames, taskRows } from './task-rows.ts';

/** Stands for a key that no task has. */
const NO_TASK: PartitionTask = { partition: { id: '', text: '', ranges: [] } };

/** What the cluster and its session add to a grouped map. */
export type JobSetting = {
  readonly spark: SparkVersion;
  readonly cores: number;
  readonly columns: readonly StoredColumn[];
  /** The file of the user's module in the session. */
  readonly module: string | undefined;
};

/** Tasks of a grouped map as one Spark job. */
export class SparkJob {
  readonly plan: Plan;
  /** Of all that decides the result: another attempt of the same work has the same. */
  readonly digest: string;
  readonly #tasks: readonly number[];
  readonly #taskOf: ReadonlyMap<number, number>;

  /** `tasks`: positions in the map. */
  constructor(map: GroupedMap, tasks: readonly number[], setting: JobSetting) {
    const { spark, columns, module } = setting;
    const chosen = tasks.map((task) => map.tasks[task] as PartitionTask);
    const keys = chooseKeys(
      chosen.map(({ partition }) => countRows(partition)),
      setting.cores,
    );
    const { name, args } = map.fn;
    const command = encodeCommand({
      mode: 'group',
      spark,
      fn: { name, args, ...(module !== undefined && { module }) },
      columns: columns.map((stored) => ({ name: stored.name, kind: stored.kind })),
      tasks: byKey(chosen, keys.keyOf),
      limits: map.limits,
      ...(map.folds && { folds: map.folds }),
    });
    const rows = taskRows(map.snapshot.path, columns, chosen, keys);
    const outcomes = groupMap(rows, [column('__task')], {
      name: `partita_${name}`,
      evalType: EVAL_TYPES.group,
      output: structOf(OUTCOME_COLUMNS),
      command,
      version: wireVersion(spark),
      columns: taskColumnNames(columns),
    });
    this.plan = query(outcomes);
    this.digest = digestBytes(Buffer.concat([Buffer.from(map.snapshot.digest), command]));
    this.#tasks = tasks;
    this.#taskOf = keys.taskOf;
  }

  get taskCount(): number {
    return this.#tasks.length;
  }

  /** The outcomes in a batch of the result, by their tasks' positions in the map. */
  outcomes(arrow: Uint8Array): readonly Outcome[] {
    return (recordsFromArrow(arrow) as unknown as readonly OutcomeRow[]).map((row) => {
      const outcome = outcomeFromRow(row);
      const task = this.#tasks[this.#taskOf.get(outcome.task) ?? -1];
      if (task === undefined) throw new RangeError(`Spark gave an outcome of key ${outcome.task}.`);
      return { ...outcome, task };
    });
  }
}

/** Tasks that can run, and the outcomes of those that can not. */
export function sortOut(map: GroupedMap): {
  readonly fitting: readonly number[];
  readonly refused: readonly Outcome[];
} {
  const fitting: number[] = [];
  const refused: Outcome[] = [];
  map.tasks.forEach((task, i) => {
    const message = tooLarge(map, task);
    if (message === undefined) fitting.push(i);
    else
      refused.push({ task: i, ms: 0, log: '', kind: 'failed', reason: 'out_of_memory', message });
  });
  return { fitting, refused };
}

function byKey(tasks: readonly PartitionTask[], keyOf: Int32Array): readonly PartitionTask[] {
  const highest = keyOf.reduce((a, b) => Math.max(a, b), 0);
  const sorted = Array.from({ length: highest + 1 }, () => NO_TASK);
  tasks.forEach((task, i) => {
    sorted[keyOf[i] as number] = task;
  });
  return sorted;
}
