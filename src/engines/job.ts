import { asJson } from '../domain/json.ts';
import type { ArgsOf, FactsOf, FunctionName } from '../partition/registry.ts';
import type { Bookmark, Engine, GroupedMap, InputRef, Outcome, PartitionTask } from './engine.ts';

/** A built-in function over the tasks: what the arguments do not say, every task says for itself in `part`. */
export type Call<
  Name extends FunctionName,
  Shared extends Partial<ArgsOf<Name>>,
  Input = InputRef,
> = {
  readonly name: Name;
  readonly args: Shared;
  readonly tasks: readonly TaskWith<Omit<ArgsOf<Name>, keyof Shared>, Input>[];
};

export type TaskWith<Part, Input = InputRef> = PartitionTask<Input> &
  (keyof Part extends never ? { readonly part?: never } : { readonly part: Part });

/** A grouped map of a built-in function, whose name says which facts come back. */
export type Job<Name extends FunctionName> = GroupedMap & { readonly fn: { readonly name: Name } };

export function createJob<Name extends FunctionName, Shared extends Partial<ArgsOf<Name>>>(
  rows: Omit<GroupedMap, 'tasks' | 'fn' | 'rowHashes'>,
  { name, args, tasks }: Call<Name, Shared>,
): Job<Name> {
  return { ...rows, rowHashes: true, tasks, fn: { name, args: asJson(args) } };
}

/** Outcomes as they arrive, with the facts of the job's function. */
export async function* mapJob<Name extends FunctionName>(
  engine: Engine,
  job: Job<Name>,
  signal: AbortSignal,
  bookmark?: Bookmark,
): AsyncGenerator<Outcome<FactsOf<Name>>> {
  // What a function gives has been JSON on its way here; the job's name is the word for its type.
  for await (const arrived of engine.map(job, signal, bookmark))
    yield* arrived as Outcome<FactsOf<Name>>[];
}

/** Every outcome of a job by its task's position. */
export async function runJob<Name extends FunctionName>(
  engine: Engine,
  job: Job<Name>,
  signal: AbortSignal,
  bookmark?: Bookmark,
): Promise<readonly Outcome<FactsOf<Name>>[]> {
  const outcomes: Outcome<FactsOf<Name>>[] = [];
  for await (const outcome of mapJob(engine, job, signal, bookmark))
    outcomes[outcome.task] = outcome;
  return outcomes;
}
