import type { Digest } from '../../domain/digest.ts';
import { Failure } from '../../domain/failure.ts';
import type { Rung } from '../../domain/run.ts';
import { digestBytes } from '../../frame/digest.ts';
import type { Member, MemberPart } from '../../partition/model-set.ts';
import type { SnapshotColumn } from '../../sources/snapshot.ts';
import type { Spec } from '../../spec/spec.ts';
import type { MemberRange, PackMember } from '../../stores/objects/pack.ts';

/**
 * A model set in one file, which is only ever added to:
 *
 * - a line of text that says what it is;
 * - two slots, written in turns: the valid one with the higher version says where its manifest lies, so that a change is
 *   there whole or not at all, and whoever has opened the file goes on with the version that it found;
 * - bytes of models, pages of the index, their directories, manifests, in the order in which they were added.
 *
 * A part is led to by its place and SHA-256, from the manifest down to every model: the manifest's digest names all of it.
 */
export const HEADING = 'Partita model set, format 1\n';
export const SLOT_BYTES = 512;
/** Where the slots begin. */
export const SLOT_PLACES = [SLOT_BYTES, SLOT_BYTES * 2] as const;
export const DATA_START = SLOT_BYTES * 8;
/** Members of a page: it is read whole for one of them (about 20 kB), and its first key stands in the directory. */
export const PAGE_MEMBERS = 64;

/** Bytes of the file, and what they have to be. */
export type Part = MemberRange & { readonly digest: Digest };

/** What a slot says. */
export type Slot = { readonly version: number; readonly manifest: Part };

/** How a version came to be. */
export type SetChange = {
  readonly version: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly by: string;
  readonly kind: 'made' | 'replaced' | 'withdrawn';
  /** Text of the member that changed; null: all are new. */
  readonly partition: string | null;
  /** Whose models came in. */
  readonly run: string | null;
  readonly reason: string | null;
};

export type Manifest = {
  readonly version: number;
  readonly spec: Spec;
  readonly classes: readonly string[];
  readonly columns: readonly SnapshotColumn[];
  readonly counts: {
    readonly members: number;
    /** Partitions that nobody answers for. */
    readonly unanswered: number;
    readonly parents: number;
  };
  readonly global: StoredMember | null;
  readonly globalWithheld: string | null;
  /** Directories of the index over partitions, and over parents. */
  readonly members: Part;
  readonly parents: Part;
  /** The newest last. */
  readonly history: readonly SetChange[];
};

/** Pages by their first keys, ascending. */
export type Directory = readonly (readonly [first: string, page: Part])[];

/** Who answers for a partition, or why nobody does. */
export type Entry = StoredMember | string;

/** Entries by partition text, ascending by code units. */
export type Page = readonly (readonly [text: string, entry: Entry])[];

/** A member whose models lie in the file. */
export type StoredMember = readonly [
  rung: Rung,
  reason: string | null,
  digest: Digest,
  reach: number | null,
  parts: readonly (readonly [offset: number, length: number, digest: Digest, weight: number])[],
];

export function toStored(
  { rung, reason, digest, reach, parts }: Member<unknown>,
  placeOf: (model: Digest) => MemberRange,
): StoredMember {
  return [
    rung,
    reason,
    digest,
    reach ?? null,
    parts.map((part) => {
      const { offset, length } = placeOf(part.digest);
      return [offset, length, part.digest, part.weight];
    }),
  ];
}

/** `file`: what the bytes are said to be in, for `ObjectStore`-like readers. */
export function fromStored(
  [rung, reason, digest, reach, parts]: StoredMember,
  file: Digest,
): Member<PackMember> {
  return {
    rung,
    reason,
    digest,
    parts: parts.map(
      ([offset, length, model, weight]): MemberPart<PackMember> => ({
        digest: model,
        weight,
        bytes: { pack: file, offset, length },
      }),
    ),
    ...(reach !== null && { reach }),
  };
}

/** A SHA-256 in hex, then the content that it is of, then spaces. */
export function slotToBytes(slot: Slot): Uint8Array {
  const content = JSON.stringify(slot);
  const bytes = Buffer.alloc(SLOT_BYTES, ' ');
  bytes.write(`${digestBytes(content)} ${content}`);
  return bytes;
}

/** Null for a slot that was never written, or not to its end. */
export function slotFromBytes(bytes: Uint8Array): Slot | null {
  const [digest, content] = Buffer.from(bytes).toString('utf8').trimEnd().split(/ (.*)/s);
  if (content === undefined || digestBytes(content) !== digest) return null;
  return JSON.parse(content) as Slot;
}

export function damaged(path: string, what: string): Failure {
  return new Failure(
    'corrupt-object',
    `${path}: ${what} is not what was written; restore the file from a copy, or export the run again.`,
  );
}
