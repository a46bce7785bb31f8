import type {
  Alias,
  AliasChange,
  AliasQuery,
  AnswerChange,
  RegistryStore,
} from '../stores/registry-store.ts';
import type { OperationContext } from './context.ts';
import type { Asker } from './requests.ts';

/** Names of model sets, as the commands and the API ask for them; who asks is on record. */
export interface ModelSets {
  promote(
    promotion: {
      /** A run's id, or a unique prefix of it. */
      readonly run: string;
      readonly alias: string;
      /** What the name must stand for until now; null: for none. */
      readonly expected?: string | null | undefined;
      readonly despiteQuarantine?: boolean | undefined;
      readonly check?: AnswerChange['check'];
    },
    by?: Asker,
  ): Promise<Alias>;
  rollback(
    change: {
      readonly experiment: string;
      readonly alias: string;
      readonly despiteQuarantine?: boolean | undefined;
      readonly check?: AnswerChange['check'];
    },
    by?: Asker,
  ): Promise<Alias>;
  aliases(query?: AliasQuery): Promise<readonly Alias[]>;
  history(experiment: string, alias: string): Promise<readonly Alias[]>;
}

/** Who is on record for a change: whoever runs this process, unless another asks. */
export function askedBy(
  { user }: Pick<OperationContext, 'user'>,
  { actor = user, role = 'admin', reason }: Asker = {},
): AliasChange {
  return { actor, role, reason: reason ?? null };
}

export function modelSets(
  act: <R>(work: (on: OperationContext) => Promise<R>) => Promise<R>,
): ModelSets {
  const registry = <R>(work: (store: RegistryStore) => Promise<R>) =>
    act((on) => work(on.registry));
  return {
    promote: ({ run, expected, despiteQuarantine = false, ...promotion }, by) =>
      act((on) =>
        on.registry.promote({
          ...askedBy(on, by),
          ...promotion,
          runId: run,
          despiteQuarantine,
          ...(expected === undefined ? {} : { expected }),
        }),
      ),
    rollback: ({ despiteQuarantine = false, ...change }, by) =>
      act((on) => on.registry.rollback({ ...change, despiteQuarantine, ...askedBy(on, by) })),
    aliases: (query) => registry((store) => store.aliases(query)),
    history: (experiment, alias) => registry((store) => store.history(experiment, alias)),
  };
}
