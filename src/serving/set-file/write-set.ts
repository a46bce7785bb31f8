import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Digest } from '../../domain/digest.ts';
import type { MemberRange, PackMember } from '../../stores/objects/pack.ts';
import type { ServedMember, ServedModels } from '../model-set.ts';
import {
  DATA_START,
  type Directory,
  type Entry,
  HEADING,
  type Manifest,
  PAGE_MEMBERS,
  type Part,
  type SetChange,
  SLOT_PLACES,
  type Slot,
  type StoredMember,
  slotToBytes,
  toStored,
} from './layout.ts';
import { PartWriter } from './part-writer.ts';
import { whileLocked } from './set-lock.ts';

/** What goes into a new file, and where the bytes of its models come from. */
export type SetContent = {
  readonly served: ServedModels;
  readonly change: Omit<SetChange, 'version' | 'kind' | 'partition'>;
  readonly read: ReadModel;
};

export type ReadModel = (bytes: PackMember) => Promise<Uint8Array>;

/**
 * Writes a model set to a new file, which is at its path whole or not at all; one that was there is replaced. Holds the
 * index in memory, and of the models a few megabytes at a time. Returns the digest of the set.
 */
export async function writeSet(path: string, content: SetContent): Promise<Digest> {
  return whileLocked(path, async () => {
    const partial = `${path}.${randomUUID()}.partial`;
    try {
      const file = await open(partial, 'wx', 0o600);
      try {
        const digest = await writeInto(file, content);
        await rename(partial, path);
        await flushFolder(dirname(path));
        return digest;
      } finally {
        await file.close();
      }
    } finally {
      await rm(partial, { force: true });
    }
  });
}

/** So that a name survives a power cut, too. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeInto(file: FileHandle, { served, change, read }: SetContent): Promise<Digest> {
  const start = Buffer.alloc(DATA_START, ' ');
  start.write(HEADING);
  await file.write(start, 0, DATA_START, 0);
  const writer = new PartWriter(file, DATA_START);
  const store = (member: ServedMember) => storeMember(writer, member, read);
  const { models, spec, classes, columns } = served;
  const { members, unanswered, global, globalWithheld } = models;
  const parents = models.parents ?? new Map<string, ServedMember>();
  const entries = new Map<string, ServedMember | string>([...members, ...unanswered]);
  const manifest: Manifest = {
    version: 1,
    spec,
    classes,
    columns,
    counts: { members: members.size, unanswered: unanswered.size, parents: parents.size },
    members: await writeIndex(writer, entries, store),
    parents: await writeIndex(writer, parents, store),
    global: global && (await store(global)),
    globalWithheld,
    history: [{ version: 1, kind: 'made', partition: null, ...change }],
  };
  return commit(file, writer, manifest);
}

/** Everything that the manifest leads to is on the disk before a slot leads to the manifest. */
export async function commit(
  file: FileHandle,
  writer: PartWriter,
  manifest: Manifest,
): Promise<Digest> {
  const slot: Slot = { version: manifest.version, manifest: await writer.addJson(manifest) };
  await writer.flush();
  const bytes = slotToBytes(slot);
  await file.write(bytes, 0, bytes.length, SLOT_PLACES[slot.version % 2]);
  await file.sync();
  return slot.manifest.digest;
}

/** The member with its models in the file. */
export async function storeMember(
  writer: PartWriter,
  member: ServedMember,
  read: ReadModel,
): Promise<StoredMember> {
  const places = new Map<Digest, MemberRange>();
  for (const { digest, bytes } of member.parts)
    places.set(digest, await writer.addModel(digest, () => read(bytes)));
  return toStored(member, (digest) => places.get(digest) as MemberRange);
}

/** Pages of the sorted entries, then their directory. */
async function writeIndex(
  writer: PartWriter,
  entries: ReadonlyMap<string, ServedMember | string>,
  store: (member: ServedMember) => Promise<StoredMember>,
): Promise<Part> {
  const texts = [...entries.keys()].sort();
  const directory: Directory[number][] = [];
  for (let from = 0; from < texts.length; from += PAGE_MEMBERS) {
    const page: (readonly [string, Entry])[] = [];
    for (const text of texts.slice(from, from + PAGE_MEMBERS)) {
      const entry = entries.get(text) as ServedMember | string;
      page.push([text, typeof entry === 'string' ? entry : await store(entry)]);
    }
    directory.push([texts[from] as string, await writer.addJson(page)]);
  }
  return writer.addJson(directory);
}
