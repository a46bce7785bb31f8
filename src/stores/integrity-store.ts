/** Something that always holds of a record, and does not hold of this one. */
export type BrokenInvariant = {
  /** `ended-runs-in-trail` … */
  readonly name: string;
  /** What is wrong, as a plural: `runs that have ended without an event that says so`. */
  readonly what: string;
  /** How many of them there are. */
  readonly count: number;
  /** A few of them: runs by id, partitions by run and text, rows by what names them in their table. */
  readonly offenders: readonly string[];
  readonly remedy: string;
};

export type CheckedInvariants = {
  /** Names of all that were looked at. */
  readonly checked: readonly string[];
  readonly broken: readonly BrokenInvariant[];
};

/** Whether the rows of a record fit each other. */
export interface IntegrityStore {
  /** All of one moment, in the database: only a few offenders of each come back. Reads all of the record. */
  checkInvariants(): Promise<CheckedInvariants>;
}
