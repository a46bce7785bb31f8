/** Which run's model set an experiment answers with under a name, since when, and by whom. */
export type Alias = {
  readonly experiment: string;
  readonly alias: string;
  readonly runId: string;
  readonly kind: 'promote' | 'rollback';
  readonly actor: string;
  readonly reason: string | null;
  readonly at: string;
};

export type AliasQuery = {
  /** Only of this one. */
  readonly experiment?: string | undefined;
  readonly limit?: number;
  /** Only those after this one. */
  readonly after?: Pick<Alias, 'experiment' | 'alias'> | undefined;
};

export type AliasChange = {
  readonly actor: string;
  readonly role: 'editor' | 'admin';
  readonly reason: string | null;
};

/** A change of which run answers: refused where models that it answers with are in quarantine. */
export type AnswerChange = AliasChange & {
  /** Then the model without partition answers for them. */
  readonly despiteQuarantine?: boolean;
  /** Told what the name stands for (null: nothing) while nobody else can change it; by throwing it leaves it so. */
  readonly check?: ((now: Alias | null) => void) | undefined;
};

/** Names of model sets; every change stays on record. */
export interface RegistryStore {
  /**
   * Gives a run's model set a name within its experiment. With `expected`, only where the name stands for that run now (null:
   * for none). The same again is a no-op. Throws `Failure('conflict')`, also for a run without a model set.
   */
  promote(
    promotion: AnswerChange & {
      readonly runId: string;
      readonly alias: string;
      readonly expected?: string | null;
    },
  ): Promise<Alias>;
  /** The name goes back to the run that had it before. Throws `Failure('not-found')` where none had. */
  rollback(
    change: AnswerChange & { readonly experiment: string; readonly alias: string },
  ): Promise<Alias>;
  /** Names as they stand, by experiment and name: all of them, of one experiment, or a page of them. */
  aliases(query?: AliasQuery): Promise<readonly Alias[]>;
  /** What a name stood for, the newest first, at most 100. */
  history(experiment: string, alias: string): Promise<readonly Alias[]>;
}
