import type { FailureKind } from '../../domain/failure.ts';
import type { GroupedMap, Outcome } from '../engine.ts';

/** From the engine to the pool process. */
export type PoolRequest =
  | {
      readonly kind: 'map';
      readonly job: number;
      readonly map: GroupedMap;
      /** The tasks of `map` that are still to do, in order. */
      readonly tasks: readonly number[];
    }
  | { readonly kind: 'continue'; readonly job: number; readonly tasks: readonly number[] }
  | { readonly kind: 'finish'; readonly job: number }
  | { readonly kind: 'cancel'; readonly job: number };

/** From the pool process to the engine. */
export type PoolReport =
  | { readonly kind: 'started'; readonly job: number; readonly task: number }
  | { readonly kind: 'outcome'; readonly job: number; readonly outcome: Outcome }
  | { readonly kind: 'cancelled'; readonly job: number }
  /** The data could not be read: no task of the job can run. */
  | { readonly kind: 'broken'; readonly job: number; readonly error: ErrorText };

/** An error on its way between processes, whose serialisation would drop a failure's kind. */
export type ErrorText = {
  readonly message: string;
  readonly kind?: FailureKind;
  readonly stack?: string;
};
