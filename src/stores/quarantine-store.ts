import type { Digest } from '../domain/digest.ts';
import type { Impact, Subject } from './impact.ts';
import type { AliasChange } from './registry-store.ts';

/**
 * What must not answer any more. A model: wherever it is. Rows or a snapshot, by digest: every model that they reached, the
 * model without partition included. A partition of an experiment: its own model, in every run.
 */
export type Quarantined =
  | { readonly kind: 'model' | 'rows' | 'snapshot'; readonly digest: Digest }
  | { readonly kind: 'partition'; readonly text: string; readonly experiment: string };

export type Quarantine = {
  readonly subject: Quarantined;
  readonly actor: string;
  readonly reason: string;
  readonly at: string;
};

/** One that stands, in a list that goes on; `place` is that of the change that began it. */
export type StandingQuarantine = Quarantine & { readonly place: number };

/** `before`: of a smaller place. */
export type QuarantinePage = { readonly limit: number; readonly before?: number | undefined };

/** A change of it: who began or ended a quarantine, when and why. `place` grows with every change. */
export type QuarantineChange = Quarantine & {
  readonly place: number;
  readonly kind: 'quarantine' | 'release';
};

/** What of a run must not answer, with the reason in the words of who said so. */
export type Withheld = {
  readonly models: ReadonlyMap<Digest, string>;
  /** By partition text: its own model. */
  readonly partitions: ReadonlyMap<string, string>;
};

/** What bad data and bad models reach, and what is kept from answering for it. */
export interface QuarantineStore {
  /**
   * Reads `text` as a digest, as its beginning, or as a partition: its canonical text, or the bare value of a key of one
   * column. With an experiment always a partition of it. Throws `Failure('not-found')`, `Failure('usage')` where several
   * are meant.
   */
  subject(text: string, experiment?: string): Promise<Subject>;
  impact(subject: Subject): Promise<Impact>;
  /** The same again is a no-op. Throws `Failure('usage')` for what can't be in quarantine. */
  quarantine(
    subject: Subject,
    change: AliasChange & { readonly reason: string },
  ): Promise<Quarantine>;
  /** It may answer again. Throws `Failure('not-found')` where it is not in quarantine. */
  release(subject: Subject, change: AliasChange & { readonly reason: string }): Promise<Quarantine>;
  /** What stands, the newest first: all of it, or a page. */
  quarantines(page?: QuarantinePage): Promise<readonly StandingQuarantine[]>;
  /** What was put into quarantine and let out of it, the newest first. */
  changes(page: QuarantinePage): Promise<readonly QuarantineChange[]>;
  withheld(runId: string): Promise<Withheld>;
  /** Partitions, by id, of a run that trains on what has drifted: those that kept rows of a snapshot that is in quarantine now. */
  keptFromQuarantine(runId: string): Promise<ReadonlySet<string>>;
  /** The run that `text` names now, and the newest change of quarantines: together they name what is served. One statement. */
  standing(text: string): Promise<{ readonly runId: string; readonly change: string }>;
}
