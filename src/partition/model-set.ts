import type { Digest } from '../domain/digest.ts';
import type { Scope } from '../domain/run.ts';

/** Who answers for a partition: the rung of the ladder own → global, the model's digest and where its bytes are. */
export type Member<Bytes> = {
  readonly rung: Scope;
  readonly reason: string | null;
  readonly digest: Digest;
  readonly bytes: Bytes;
  /** Half the width of the intervals around what it predicts here; left out where there are none. */
  readonly reach?: number;
};

export type ModelSet<Bytes> = {
  /** By partition text. */
  readonly members: ReadonlyMap<string, Member<Bytes>>;
  /** Why nobody answers for a partition, by its text: it was skipped, it failed, or what answers is in quarantine. */
  readonly unanswered: ReadonlyMap<string, string>;
  readonly global: Member<Bytes> | null;
  /** Why the model without partition does not answer, though there is one; null: it does, or there is none. */
  readonly globalWithheld: string | null;
};

/** Who answers for a partition and why; a key that training never saw is the global model's. Null = nobody. */
export function answerFor<Bytes>(
  text: string,
  { members, unanswered, global, globalWithheld }: ModelSet<Bytes>,
): { readonly member: Member<Bytes> | null; readonly reason: string | null } {
  const member = members.get(text);
  if (member !== undefined) return { member, reason: member.reason };
  const because = unanswered.get(text);
  if (because !== undefined) return { member: null, reason: because };
  const without = globalWithheld ?? 'no_model';
  return { member: global, reason: global === null ? without : 'unseen_partition' };
}
