import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Digest } from '../../domain/digest.ts';
import { Failure } from '../../domain/failure.ts';
import { digestBytes } from '../../frame/digest.ts';
import type { MemberRange } from '../../stores/objects/pack.ts';
import type { ServedMember, ServedSet } from '../model-set.ts';
import {
  DATA_START,
  type Directory,
  damaged,
  type Entry,
  fromStored,
  HEADING,
  type Manifest,
  type Page,
  type Part,
  SLOT_BYTES,
  SLOT_PLACES,
  type Slot,
  slotFromBytes,
} from './layout.ts';

/** One version of a model set file, open for reading. What is read of it is checked against its digest. */
export class SetReader {
  readonly path: string;
  /** Names this version of the set. */
  readonly digest: Digest;
  readonly manifest: Manifest;
  readonly members: Directory;
  readonly parents: Directory;
  readonly #file: PartReader;

  private constructor(file: PartReader, slot: Slot, manifest: Manifest, directories: Directories) {
    this.path = file.path;
    this.#file = file;
    this.digest = slot.manifest.digest;
    this.manifest = manifest;
    this.members = directories.members;
    this.parents = directories.parents;
  }

  /** Throws `Failure('not-found')`, `Failure('unsupported')` for what is no model set, `Failure('corrupt-object')`. */
  static async open(path: string): Promise<SetReader> {
    const file = await PartReader.open(path);
    try {
      const slot = await newestSlot(file);
      const manifest = await file.json<Manifest>(slot.manifest, 'its manifest');
      const members = await file.json<Directory>(manifest.members, 'the directory of partitions');
      const parents = await file.json<Directory>(manifest.parents, 'the directory of parents');
      return new SetReader(file, slot, manifest, { members, parents });
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Bytes read so far. */
  get bytesRead(): number {
    return this.#file.bytesRead;
  }

  /** Who answers for partitions of these texts; default: for all. One page is read for each that holds some of them. */
  async models(texts?: readonly string[]): Promise<ServedSet> {
    const members = new Map<string, ServedMember>();
    const unanswered = new Map<string, string>();
    for await (const [text, entry] of this.#entries(this.members, texts)) {
      if (typeof entry === 'string') unanswered.set(text, entry);
      else members.set(text, fromStored(entry, this.digest));
    }
    const parents = new Map<string, ServedMember>();
    for await (const [text, entry] of this.#entries(this.parents, texts?.flatMap(beginningsOf)))
      if (typeof entry !== 'string') parents.set(text, fromStored(entry, this.digest));
    const { global, globalWithheld } = this.manifest;
    return {
      members,
      unanswered,
      parents,
      global: global && fromStored(global, this.digest),
      globalWithheld,
    };
  }

  /** The same, once their bytes have been found to be what they are called: an engine reads them as they lie there. */
  async checkedModels(texts: readonly string[]): Promise<ServedSet> {
    const models = await this.models(texts);
    const { members, parents = new Map<string, ServedMember>(), global } = models;
    const all = [...members.values(), ...parents.values(), ...(global === null ? [] : [global])];
    const checked = new Set<Digest>();
    for (const { digest, bytes } of all.flatMap(({ parts }) => parts)) {
      if (!checked.has(digest)) await this.model(bytes, digest);
      checked.add(digest);
    }
    return models;
  }

  page(part: Part): Promise<Page> {
    return this.#file.json(part, 'a page of its index');
  }

  /** The bytes of a model. */
  model({ offset, length }: MemberRange, digest: Digest): Promise<Uint8Array> {
    return this.#file.bytes({ offset, length, digest }, `model ${digest}`);
  }

  /** Throws `Failure('conflict')` where another file stands at the path by now: whoever opened it anew has read that one. */
  async confirm(): Promise<void> {
    if (await this.#file.isAtPath()) return;
    throw new Failure(
      'conflict',
      `${this.path} was replaced by another file meanwhile: ask again.`,
    );
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async *#entries(
    directory: Directory,
    texts: readonly string[] | undefined,
  ): AsyncGenerator<readonly [string, Entry]> {
    const wanted = texts && new Set(texts);
    const pages = wanted ? new Set([...wanted].map((text) => pageOf(directory, text))) : null;
    for (const [i, [, part]] of directory.entries()) {
      if (pages !== null && !pages.has(i)) continue;
      for (const entry of await this.page(part)) if (wanted?.has(entry[0]) !== false) yield entry;
    }
  }
}

type Directories = { readonly members: Directory; readonly parents: Directory };

/** The page that holds the text, if any does: the last that begins at it or before; −1 before the first. */
export function pageOf(directory: Directory, text: string): number {
  let low = -1;
  let high = directory.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((directory[middle] as Directory[number])[0] <= text) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Texts of the parents that a key could have. */
function beginningsOf(text: string): readonly string[] {
  const places = text.split('/');
  return places.slice(1).map((_, i) => places.slice(0, i + 1).join('/'));
}

async function newestSlot(file: PartReader): Promise<Slot> {
  const start = await file.range(0, DATA_START).catch(() => Buffer.alloc(0));
  if (!Buffer.from(start).toString('latin1').startsWith(HEADING))
    throw new Failure(
      'unsupported',
      `${file.path} is no model set of a form that this version of Partita reads; write one with \`partita export RUN --format modelset --out FILE\`.`,
    );
  const slots = SLOT_PLACES.map((at) => slotFromBytes(start.subarray(at, at + SLOT_BYTES)));
  const [newest] = slots.filter((slot) => slot !== null).sort((a, b) => b.version - a.version);
  if (newest === undefined) throw damaged(file.path, 'where its parts lie');
  return newest;
}

class PartReader {
  readonly path: string;
  bytesRead = 0;
  readonly #file: FileHandle;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  static async open(path: string): Promise<PartReader> {
    try {
      return new PartReader(path, await open(path, constants.O_RDONLY));
    } catch (cause) {
      throw new Failure('not-found', `There is no file ${path} that can be read.`, { cause });
    }
  }

  /** Throws where the file ends before. */
  async range(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      const { bytesRead } = await this.#file.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) throw damaged(this.path, `what lies at byte ${offset}`);
      filled += bytesRead;
    }
    this.bytesRead += length;
    return bytes;
  }

  async bytes({ offset, length, digest }: Part, what: string): Promise<Uint8Array> {
    const bytes = await this.range(offset, length);
    if (digestBytes(bytes) !== digest) throw damaged(this.path, what);
    return bytes;
  }

  async json<Content>(part: Part, what: string): Promise<Content> {
    return JSON.parse(Buffer.from(await this.bytes(part, what)).toString('utf8')) as Content;
  }

  async isAtPath(): Promise<boolean> {
    const there = await stat(this.path).catch(() => null);
    const opened = await this.#file.stat();
    return there !== null && there.ino === opened.ino && there.dev === opened.dev;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
