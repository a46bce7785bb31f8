import type { Engine, Outcome, PartitionTask } from '../src/engines/engine.ts';
import { type Job, mapJob } from '../src/engines/job.ts';
import type { PartitionRef } from '../src/partition/partition-function.ts';
import type { ArgsOf, FactsOf, FunctionName } from '../src/partition/registry.ts';
import type { EngineScope } from './activity-scope.ts';
import type { StoredCall } from './partition-job.ts';

/** Whose rows the tasks are over. */
export type TasksOver = {
  readonly partition: PartitionRef;
  /** A call over the partition, within the limits of such. */
  readonly job: <Name extends FunctionName, Shared extends Partial<ArgsOf<Name>>>(
    call: StoredCall<Name, Shared>,
  ) => Promise<Job<Name>>;
};

export type TasksScope = Pick<EngineScope, 'signal' | 'bookmark'> & { readonly engine: Engine };

/** Tasks over all rows of one partition, or of the table: their outcomes, and, added up, their time and what they logged. */
export class PartsTasks {
  readonly #over: TasksOver;
  readonly #scope: TasksScope;
  #ms = 0;
  #log = '';

  constructor(over: TasksOver, scope: TasksScope) {
    this.#over = over;
    this.#scope = scope;
  }

  get ms(): number {
    return this.#ms;
  }

  get log(): string {
    return this.#log;
  }

  task(): Pick<PartitionTask, 'partition'> {
    return { partition: this.#over.partition };
  }

  /** Every outcome by its task's place. */
  async all<Name extends FunctionName, Shared extends Partial<ArgsOf<Name>>>(
    call: StoredCall<Name, Shared>,
  ): Promise<readonly Outcome<FactsOf<Name>>[]> {
    const outcomes: Outcome<FactsOf<Name>>[] = [];
    await this.each(call, (outcome) => {
      outcomes[outcome.task] = outcome;
    });
    return outcomes;
  }

  /** Tells of every outcome as it comes, in any order, and lets it go then: all of them together may be large. */
  async each<Name extends FunctionName, Shared extends Partial<ArgsOf<Name>>>(
    call: StoredCall<Name, Shared>,
    tell: (outcome: Outcome<FactsOf<Name>>) => void,
  ): Promise<void> {
    const job = await this.#over.job(call);
    const { engine, signal, bookmark } = this.#scope;
    const logs: string[] = [];
    for await (const outcome of mapJob(engine, job, signal, bookmark)) {
      this.#ms += outcome.ms;
      logs[outcome.task] = outcome.log;
      tell(outcome);
    }
    this.#log += logs.join('');
  }
}
