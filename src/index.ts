/** The package: a spec typed and checked as the command line does it. */
export { Failure, type FailureKind, isFailure } from './domain/failure.ts';
export type { PartitionRow, PrintedResult, RunResult } from './domain/result.ts';
export {
  type OutputRow,
  type OutputSchema,
  type OutputType,
  type Partition,
  partitionFunction,
  type RowFunction,
  type SourceRow,
} from './partition/map/row-function.ts';
export { type Experiment, experiment, type ParseOptions, parseSpec } from './spec/parse-spec.ts';
export { type Problem, SpecFailure } from './spec/problem.ts';
export type { Spec, SpecInput } from './spec/spec.ts';
