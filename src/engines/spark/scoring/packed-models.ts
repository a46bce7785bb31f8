import type { Digest } from '../../../domain/digest.ts';
import type { Rung } from '../../../domain/run.ts';
import type { Member, MemberPart, ModelSet } from '../../../partition/model-set.ts';

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
  readonly parents: readonly (readonly [text: string, member: PackedMember])[];
  readonly global: PackedMember | null;
  readonly globalWithheld: string | null;
};

type PackedMember = readonly [
  digest: Digest,
  rung: Rung,
  reason: string | null,
  parts: readonly PackedPart[],
  reach?: number,
];
type PackedPart = readonly [
  file: number,
  offset: number,
  length: number,
  digest: Digest,
  weight: number,
];

export function packModels(models: ModelSet<ModelBytes>): PackedModels {
  const {
    members,
    unanswered,
    parents = new Map<string, Member<ModelBytes>>(),
    global,
    globalWithheld,
  } = models;
  const all = [...members.values(), ...parents.values(), global].filter(
    (member) => member !== null,
  );
  const files = [...new Set(all.flatMap(({ parts }) => parts.map(({ bytes }) => bytes.path)))];
  const places = new Map(files.map((path, place) => [path, place]));
  const packPart = ({ bytes, digest, weight }: MemberPart<ModelBytes>): PackedPart => {
    const { path, offset, length } = bytes;
    return [places.get(path) as number, offset, length, digest, weight];
  };
  const pack = ({ parts, digest, rung, reason, reach }: Member<ModelBytes>): PackedMember => {
    const member = [digest, rung, reason, parts.map(packPart)] as const;
    return reach === undefined ? member : [...member, reach];
  };
  return {
    files,
    members: [...members].map(([text, member]) => [text, pack(member)]),
    unanswered: [...unanswered],
    parents: [...parents].map(([text, member]) => [text, pack(member)]),
    global: global && pack(global),
    globalWithheld,
  };
}

/** Throws `RangeError` when a model is in a file that is not there. */
export function unpackModels({
  files,
  members,
  unanswered,
  parents,
  global,
  globalWithheld,
}: PackedModels): ModelSet<ModelBytes> {
  const unpackPart = ([file, offset, length, digest, weight]: PackedPart) => {
    const path = files[file];
    if (path === undefined) throw new RangeError(`There is no file ${file} of models.`);
    return { digest, weight, bytes: { path, offset, length } };
  };
  const unpack = ([digest, rung, reason, parts, reach]: PackedMember): Member<ModelBytes> => ({
    digest,
    rung,
    reason,
    parts: parts.map(unpackPart),
    ...(reach !== undefined && { reach }),
  });
  return {
    members: new Map(members.map(([text, member]) => [text, unpack(member)])),
    unanswered: new Map(unanswered),
    parents: new Map(parents.map(([text, member]) => [text, unpack(member)])),
    global: global && unpack(global),
    globalWithheld,
  };
}
