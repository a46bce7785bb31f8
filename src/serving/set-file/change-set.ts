import type { Digest } from '../../domain/digest.ts';
import { Failure } from '../../domain/failure.ts';
import { answerFor } from '../../partition/model-set.ts';
import type { Spec } from '../../spec/spec.ts';
import type { PackMember } from '../../stores/objects/pack.ts';
import type { ServedMember, ServedModels } from '../model-set.ts';
import {
  type Entry,
  type Manifest,
  type Page,
  type SetChange,
  type StoredMember,
  toStored,
} from './layout.ts';
import { PartWriter } from './part-writer.ts';
import { whileLocked, withFile } from './set-lock.ts';
import { pageOf, SetReader } from './set-reader.ts';
import { commit, type ReadModel, storeMember } from './write-set.ts';

/** Who changes a set, when and why; `run`: whose models come in. */
type Said = Pick<SetChange, 'at' | 'by' | 'reason' | 'run'>;

/**
 * Who answers for a partition of a run answers in the file: its models, one page of the index, the directory and the
 * manifest are added. Nothing happens where it answers there already. Throws `Failure('not-found')` where nobody answers
 * in the run, `Failure('conflict')` where the run reads other columns or predicts something else.
 */
export function replaceMember(
  path: string,
  text: string,
  { served, read }: { readonly served: ServedModels; readonly read: ReadModel },
  said: Said,
): Promise<Changed> {
  const change = { ...said, kind: 'replaced', partition: text } as const;
  return changeEntry(path, change, async ({ now, reader, writer }) => {
    const { members, unanswered } = served.models;
    const member = members.get(text);
    if (member === undefined)
      throw new Failure(
        'not-found',
        `Nobody answers for "${text}" in run ${said.run}: ${unanswered.get(text) ?? 'it has no such partition'}.`,
      );
    const other = differenceOf(reader.manifest, served);
    if (other !== null)
      throw new Failure(
        'conflict',
        `Run ${said.run} has other ${other} than ${path}: its models read rows in another way. Export the whole run instead.`,
      );
    return isSameAnswer(now, member) ? undefined : storeMember(writer, member, read);
  });
}

/** What a model of one can't be asked as a model of the other is; null: nothing. */
function differenceOf({ spec, classes, columns }: Manifest, served: ServedModels): string | null {
  const isSame = (a: object, b: object) => JSON.stringify(a) === JSON.stringify(b);
  const keysOf = ({ partition: { by, normalise } }: Spec) => ({ by, normalise });
  const targetOf = ({ target: { column, task, positive } }: Spec) => ({ column, task, positive });
  const readingOf = ({ data: { timezone, null_values: nulls }, time, forecast }: Spec) => ({
    timezone,
    nulls,
    time,
    forecast,
  });
  if (!isSame(keysOf(spec), keysOf(served.spec))) return 'partition columns';
  if (!isSame(targetOf(spec), targetOf(served.spec))) return 'targets';
  if (!isSame(classes, served.classes)) return 'classes';
  if (!isSame(readingOf(spec), readingOf(served.spec)))
    return 'time zones, missing values, time columns or forecasts';
  const read = (all: typeof columns) =>
    all.map(({ name, kind, holds, unit, edges }) => ({ name, kind, holds, unit, edges }));
  return isSame(read(columns), read(served.columns)) ? null : 'columns';
}

/**
 * The model of a partition answers no more: its parent's or the one without partition does, with the reason, or nobody
 * where there is none. Its bytes stay in the file for earlier versions; export the run again for a file without them.
 */
export function withdrawMember(path: string, text: string, said: Said): Promise<Changed> {
  const reason = `withdrawn: ${said.reason ?? 'no reason was given'}`;
  const change = { ...said, kind: 'withdrawn', partition: text } as const;
  return changeEntry(path, change, async ({ now, reader }) => {
    if (now === undefined)
      throw new Failure(
        'not-found',
        `${path} has no partition "${text}"; name one as the report does, or by the text in its JSON.`,
      );
    // Nobody answered: that was decided, and stays so.
    if (typeof now === 'string') return undefined;
    const none = new Map<string, never>();
    const above = { ...(await reader.models([text])), members: none, unanswered: none };
    const { member } = answerFor(text, above);
    const instead = member === null ? reason : stay({ ...member, reason });
    return JSON.stringify(now) === JSON.stringify(instead) ? undefined : instead;
  });
}

/** Of the set afterwards; `isNew`: false where it was so before. */
export type Changed = {
  readonly digest: Digest;
  readonly version: number;
  readonly isNew: boolean;
};

/** What stands for the partition, and where to read and to add. */
type Found = {
  readonly now: Entry | undefined;
  readonly reader: SetReader;
  readonly writer: PartWriter;
};

async function changeEntry(
  path: string,
  change: Omit<SetChange, 'version'>,
  entryAfter: (found: Found) => Promise<Entry | undefined>,
): Promise<Changed> {
  return whileLocked(path, () =>
    withFile(path, async (file) => {
      const reader = await SetReader.open(path);
      try {
        const writer = new PartWriter(file, (await file.stat()).size);
        const after = await manifestAfter({ reader, writer }, change, entryAfter);
        const { digest, manifest } = reader;
        if (after === undefined) return { digest, version: manifest.version, isNew: false };
        const { version } = after;
        return { digest: await commit(file, writer, after), version, isNew: true };
      } finally {
        await reader.close();
      }
    }),
  );
}

/** With the partition's page and the directory written anew; undefined where nothing changes. */
async function manifestAfter(
  { reader, writer }: Omit<Found, 'now'>,
  change: Omit<SetChange, 'version'>,
  entryAfter: (found: Found) => Promise<Entry | undefined>,
): Promise<Manifest | undefined> {
  const { manifest, members: directory } = reader;
  const text = change.partition ?? '';
  const at = Math.max(0, pageOf(directory, text));
  const part = directory[at]?.[1];
  const page: Page = part === undefined ? [] : await reader.page(part);
  const now = page.find(([known]) => known === text)?.[1];
  const entry = await entryAfter({ now, reader, writer });
  if (entry === undefined) return undefined;
  const others = page.filter(([known]) => known !== text);
  const pageAfter = [...others, [text, entry] as const].sort(([a], [b]) => (a < b ? -1 : 1));
  const [[first]] = pageAfter as [Page[number], ...Page];
  const directoryAfter = directory.toSpliced(at, 1, [first, await writer.addJson(pageAfter)]);
  const version = manifest.version + 1;
  return {
    ...manifest,
    version,
    counts: countsAfter(manifest.counts, now, entry),
    members: await writer.addJson(directoryAfter),
    history: [...manifest.history, { version, ...change }],
  };
}

function countsAfter(
  counts: Manifest['counts'],
  before: Entry | undefined,
  after: Entry,
): Manifest['counts'] {
  const one = (entry: Entry | undefined, isMember: boolean) =>
    Number(entry !== undefined && (typeof entry !== 'string') === isMember);
  return {
    ...counts,
    members: counts.members + one(after, true) - one(before, true),
    unanswered: counts.unanswered + one(after, false) - one(before, false),
  };
}

/** A member whose models are in the file. */
function stay(member: ServedMember): StoredMember {
  const places = new Map(member.parts.map(({ digest, bytes }) => [digest, bytes]));
  return toStored(member, (digest) => places.get(digest) as PackMember);
}

function isSameAnswer(
  now: Entry | undefined,
  { digest, rung, reason, reach }: ServedMember,
): boolean {
  return (
    now !== undefined &&
    typeof now !== 'string' &&
    now[0] === rung &&
    now[1] === reason &&
    now[2] === digest &&
    now[3] === (reach ?? null)
  );
}
