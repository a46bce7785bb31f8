/** `warning`: works, or is needed for a part only. `problem`: nothing runs before it is solved. */
export type FindingLevel = 'ok' | 'warning' | 'problem';

/** One thing that Partita needs of the machine: what was found, and what to do about it. */
export type Finding = {
  readonly name: string;
  readonly level: FindingLevel;
  readonly found: string;
  readonly remedy: string | null;
};
