import { isFailure } from '../../../domain/failure.ts';
import {
  leavePack,
  type PackTarget,
  seemsOpen,
  type WaitingMember,
} from '../../../stores/objects/pack-target.ts';
import type { Outcome } from '../../engine.ts';

/** Jobs whose target has refused this process: it is not asked again, however many tasks of the job come here. */
const refused = new Set<string>();

/** The packs that this executor leaves for a store. */
export class LeftPacks {
  readonly #target: PackTarget | undefined;
  /** Tells when it was looked at. */
  readonly #seemsOpen: Promise<boolean>;

  constructor(target: PackTarget | undefined) {
    this.#target = target;
    this.#seemsOpen = target === undefined ? Promise.resolve(false) : seemsOpen(target);
  }

  async isOpen(): Promise<boolean> {
    const { job } = this.#target ?? {};
    return job !== undefined && !refused.has(job) && this.#seemsOpen;
  }

  /** The outcomes with their blobs left as one pack; as they are where nobody takes that. */
  async leave(outcomes: readonly Outcome[]): Promise<readonly Outcome[]> {
    const target = this.#target;
    const blobs = outcomes.flatMap(blobsOf);
    if (target === undefined || blobs.length === 0 || !(await this.isOpen())) return outcomes;
    try {
      return withPlaces(outcomes, await leavePack(target, blobs));
    } catch (error) {
      // The place refuses, which concerns no result.
      if (!isFailure(error)) throw error;
      refused.add(target.job);
      process.stderr.write(
        `${error.message} What this executor's tasks of job ${target.job} make goes back with their results, through the driver.\n`,
      );
      return outcomes;
    }
  }
}

export function blobsOf(outcome: Outcome): readonly Uint8Array[] {
  return outcome.kind === 'ok' ? [...outcome.blobs.values()] : [];
}

/** `members`: of all blobs, in order. */
function withPlaces(
  outcomes: readonly Outcome[],
  members: readonly WaitingMember[],
): readonly Outcome[] {
  let next = 0;
  return outcomes.map((outcome) => {
    if (outcome.kind === 'failed') return outcome;
    const names = [...outcome.blobs.keys()];
    const stored = names.map((name) => [name, members[next++] as WaitingMember] as const);
    return { ...outcome, blobs: new Map(), stored: new Map(stored) };
  });
}
