import type { Digest } from '../domain/digest.ts';
import type { Rung } from '../domain/run.ts';

/** A model of several that answer together, or the only one: its weight is 1 then. */
export type MemberPart<Bytes> = {
  readonly digest: Digest;
  readonly bytes: Bytes;
  readonly weight: number;
};

/** Who answers for a partition: the rung of the ladder own → global, the digest of the model (or blend) and where its bytes are. */
export type Member<Bytes> = {
  readonly rung: Rung;
  readonly reason: string | null;
  readonly digest: Digest;
  readonly parts: readonly MemberPart<Bytes>[];
  /** Half the width of the intervals around what it predicts here; left out where there are none. */
  readonly reach?: number;
};

/** A model that answers alone. */
export function soleMember<Bytes>({
  bytes,
  ...member
}: Omit<Member<Bytes>, 'parts'> & { readonly bytes: Bytes }): Member<Bytes> {
  return { ...member, parts: [{ digest: member.digest, bytes, weight: 1 }] };
}

export type ModelSet<Bytes> = {
  /** By partition text. */
  readonly members: ReadonlyMap<string, Member<Bytes>>;
  /** Why nobody answers for a partition, by its text: it was skipped, it failed, or what answers is in quarantine. */
  readonly unanswered: ReadonlyMap<string, string>;
  /** Those that answer for partitions which training has not seen, by their texts: how the texts of such begin. */
  readonly parents?: ReadonlyMap<string, Member<Bytes>>;
  readonly global: Member<Bytes> | null;
  /** Why the model without partition does not answer, though there is one; null: it does, or there is none. */
  readonly globalWithheld: string | null;
};

/** Who answers for a partition and why; a key that training never saw is its parent's, where that answers, else the global model's. Null = nobody. */
export function answerFor<Bytes>(
  text: string,
  { members, unanswered, parents, global, globalWithheld }: ModelSet<Bytes>,
): { readonly member: Member<Bytes> | null; readonly reason: string | null } {
  const member = members.get(text);
  if (member !== undefined) return { member, reason: member.reason };
  const because = unanswered.get(text);
  if (because !== undefined) return { member: null, reason: because };
  const parent = parents && nearestParent(text, parents);
  if (parent !== undefined) return { member: parent, reason: 'unseen_partition' };
  const without = globalWithheld ?? 'no_model';
  return { member: global, reason: global === null ? without : 'unseen_partition' };
}

/** By the longest beginning of the text that is a parent's; values of keys have no `/`. */
function nearestParent<Bytes>(
  text: string,
  parents: ReadonlyMap<string, Member<Bytes>>,
): Member<Bytes> | undefined {
  const places = text.split('/');
  for (let count = places.length - 1; count > 0; count--) {
    const parent = parents.get(places.slice(0, count).join('/'));
    if (parent !== undefined) return parent;
  }
  return undefined;
}
