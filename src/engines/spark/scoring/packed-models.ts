import type { Digest } from '../../../domain/digest.ts';
import type { Scope } from '../../../domain/run.ts';
import type { Member, ModelSet } from '../../../partition/model-set.ts';

/** Where a model's bytes lie, on storage that executors read. */
export type ModelBytes = {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
};

/** A model set in a command: about 150 bytes a partition. */
export type PackedModels = {
  readonly files: readonly string[];
  readonly members: readonly (readonly [text: string, member: PackedMember])[];
  readonly unanswered: readonly (readonly [text: string, because: string])[];
  readonly global: PackedMember | null;
  readonly globalWithheld: string | null;
};

type PackedMember = readonly [
  file: number,
  offset: number,
  length: number,
  digest: Digest,
  rung: Scope,
  reason: string | null,
  reach?: number,
];

export function packModels(models: ModelSet<ModelBytes>): PackedModels {
  const { members, unanswered, global, globalWithheld } = models;
  const all = [...members.values(), global].filter((member) => member !== null);
  const files = [...new Set(all.map(({ bytes }) => bytes.path))];
  const places = new Map(files.map((path, place) => [path, place]));
  const pack = ({ bytes, digest, rung, reason, reach }: Member<ModelBytes>): PackedMember => {
    const { path, offset, length } = bytes;
    const member = [places.get(path) as number, offset, length, digest, rung, reason] as const;
    return reach === undefined ? member : [...member, reach];
  };
  return {
    files,
    members: [...members].map(([text, member]) => [text, pack(member)]),
    unanswered: [...unanswered],
    global: global && pack(global),
    globalWithheld,
  };
}

/** Throws `RangeError` when a model is in a file that is not there. */
export function unpackModels({
  files,
  members,
  unanswered,
  global,
  globalWithheld,
}: PackedModels): ModelSet<ModelBytes> {
  const unpack = ([file, offset, length, digest, rung, reason, reach]: PackedMember) => {
    const path = files[file];
    if (path === undefined) throw new RangeError(`There is no file ${file} of models.`);
    const bytes = { path, offset, length };
    return { rung, reason, digest, bytes, ...(reach !== undefined && { reach }) };
  };
  return {
    members: new Map(members.map(([text, member]) => [text, unpack(member)])),
    unanswered: new Map(unanswered),
    global: global && unpack(global),
    globalWithheld,
  };
}
