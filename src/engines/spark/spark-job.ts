import type { Digest } from '../../domain/digest.ts';
import { asJson } from '../../domain/json.ts';
import { recordsFromArrow } from '../../frame/arrow-tables.ts';
import { digestJson } from '../../frame/digest.ts';
import type { StoredColumn } from '../../frame/snapshot-layout.ts';
import type { PackTarget } from '../../stores/objects/pack-target.ts';
import type { GroupedMap, Outcome, PartitionTask } from '../engine.ts';
import { countRows, tooLarge } from '../memory-need.ts';
import { encodeCommand, MAP_IN_ARROW, type SparkVersion, wireVersion } from './command.ts';
import { mapBatches, type Plan, query, structOf } from './connect/plan.ts';
import { OUTCOME_COLUMNS, type OutcomeRow, outcomeFromRow } from './outcome-rows.ts';
import { chooseKeys, type TaskKeys } from './task-keys.ts';
import { taskColumnNames, taskRows } from './task-rows.ts';

/** Stands for a key that no task has. */
const NO_TASK: PartitionTask = { partition: { id: '', text: '', ranges: [] } };

/** What the cluster and its session add to a grouped map. */
export type JobSetting = {
  readonly spark: SparkVersion;
  readonly columns: readonly StoredColumn[];
  /** The file of the user's module in the session. */
  readonly module: string | undefined;
  readonly packs: PackTarget | undefined;
};

/** Tasks of a grouped map as one Spark job. */
export class SparkJob {
  readonly #map: GroupedMap;
  readonly #tasks: readonly number[];
  readonly #keys: TaskKeys;

  /** `tasks`: positions in the map. The same tasks and cores give the same job, in any process. */
  constructor(map: GroupedMap, tasks: readonly number[], cores: number) {
    this.#map = map;
    this.#tasks = tasks;
    this.#keys = chooseKeys(
      this.#chosen().map(({ partition }) => countRows(partition)),
      cores,
    );
  }

  plan({ spark, columns, module, packs }: JobSetting): Plan {
    const { fn, snapshot, limits, folds, rowHashes } = this.#map;
    const chosen = this.#chosen();
    const command = encodeCommand({
      mode: 'group',
      spark,
      fn: { name: fn.name, args: fn.args, ...(module !== undefined && { module }) },
      columns: columns.map((stored) => ({ name: stored.name, kind: stored.kind })),
      rowHashes,
      tasks: byKey(chosen, this.#keys.keyOf),
      limits,
      ...(folds && { folds }),
      ...(packs && { packs }),
    });
    const stored = { path: snapshot.path, columns, rowHashes };
    const rows = taskRows(stored, chosen, this.#keys);
    const outcomes = mapBatches(rows, {
      name: `partita_${fn.name}`,
      evalType: MAP_IN_ARROW,
      output: structOf(OUTCOME_COLUMNS),
      command,
      version: wireVersion(spark),
      columns: taskColumnNames(stored),
    });
    return query(outcomes);
  }

  /** The outcomes in a batch of the result, by their tasks' positions in the map. */
  outcomes(arrow: Uint8Array): readonly Outcome[] {
    return (recordsFromArrow(arrow) as unknown as readonly OutcomeRow[]).map((row) => {
      const outcome = outcomeFromRow(row);
      const task = this.#tasks[this.#keys.taskOf.get(outcome.task) ?? -1];
      if (task === undefined) throw new RangeError(`Spark gave an outcome of key ${outcome.task}.`);
      return { ...outcome, task };
    });
  }

  #chosen(): readonly PartitionTask[] {
    return this.#tasks.map((task) => this.#map.tasks[task] as PartitionTask);
  }
}

/** Of all that decides the result: another attempt of the same work has the same. */
export function digestOfMap(map: GroupedMap): Digest {
  const { snapshot, columns, rowHashes, folds = null, tasks, fn, limits } = map;
  return digestJson(
    asJson({ snapshot: snapshot.digest, columns, rowHashes, folds, tasks, fn, limits }),
  );
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
