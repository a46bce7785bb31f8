import { GLOBAL_TEXT } from '../src/domain/partition.ts';
import type { Engine, Outcome, PartitionTask } from '../src/engines/engine.ts';
import { type Call, mapJob } from '../src/engines/job.ts';
import type { ArgsOf, FactsOf, FunctionName } from '../src/partition/registry.ts';
import type { ObjectStore } from '../src/stores/object-store.ts';
import { GLOBAL_PARTITION, type RunRecord } from '../src/stores/run-store.ts';
import type { EngineScope } from './activity-scope.ts';
import { requireSnapshot, unionJob } from './partition-job.ts';

/** Tasks over all rows of a run's table: their outcomes, and, added up, their time and what they logged. */
export class GlobalTasks {
  readonly #run: RunRecord;
  readonly #objects: ObjectStore;
  readonly #engine: Engine;
  readonly #scope: EngineScope;
  #ms = 0;
  #log = '';

  constructor(
    run: RunRecord,
    { objects, engine }: { readonly objects: ObjectStore; readonly engine: Engine },
    scope: EngineScope,
  ) {
    this.#run = run;
    this.#objects = objects;
    this.#engine = engine;
    this.#scope = scope;
  }

  get ms(): number {
    return this.#ms;
  }

  get log(): string {
    return this.#log;
  }

  task(): Pick<PartitionTask, 'partition'> {
    const count = requireSnapshot(this.#run).rowCount;
    return {
      partition: { id: GLOBAL_PARTITION, text: GLOBAL_TEXT, ranges: [{ start: 0, count }] },
    };
  }

  /** Every outcome by its task's place. */
  async all<Name extends FunctionName, Shared extends Partial<ArgsOf<Name>>>(
    call: Call<Name, Shared>,
  ): Promise<readonly Outcome<FactsOf<Name>>[]> {
    const outcomes: Outcome<FactsOf<Name>>[] = [];
    await this.each(call, (outcome) => {
      outcomes[outcome.task] = outcome;
    });
    return outcomes;
  }

  /** Tells of every outcome as it comes, in any order, and lets it go then: all of them together may be large. */
  async each<Name extends FunctionName, Shared extends Partial<ArgsOf<Name>>>(
    call: Call<Name, Shared>,
    tell: (outcome: Outcome<FactsOf<Name>>) => void,
  ): Promise<void> {
    const job = unionJob(this.#run, this.#objects, call);
    const { signal, bookmark } = this.#scope;
    const logs: string[] = [];
    for await (const outcome of mapJob(this.#engine, job, signal, bookmark)) {
      this.#ms += outcome.ms;
      logs[outcome.task] = outcome.log;
      tell(outcome);
    }
    this.#log += logs.join('');
  }
}
