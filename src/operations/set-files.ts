import { stat } from 'node:fs/promises';
import type { Digest } from '../domain/digest.ts';
import { namedPartition } from '../domain/partition.ts';
import { answerFor } from '../partition/model-set.ts';
import { servedModels } from '../serving/model-set.ts';
import { type Changed, replaceMember, withdrawMember } from '../serving/set-file/change-set.ts';
import type { Manifest, SetChange } from '../serving/set-file/layout.ts';
import { SetReader } from '../serving/set-file/set-reader.ts';
import { type SetVerdict, verifySet } from '../serving/set-file/verify-set.ts';
import { writeSet } from '../serving/set-file/write-set.ts';
import type { PackMember } from '../stores/objects/pack.ts';
import type { OperationContext } from './context.ts';

export type ExportedSet = {
  readonly out: string;
  readonly digest: Digest;
  readonly bytes: number;
} & Manifest['counts'];

/** Of a file, and of one partition in it where that was asked for. */
export type ShownSet = {
  readonly digest: Digest;
  readonly version: number;
  readonly name: string;
  readonly counts: Manifest['counts'];
  readonly hasGlobal: boolean;
  readonly history: readonly SetChange[];
  readonly answer?: {
    readonly partition: string;
    readonly rung: string;
    readonly model: Digest | null;
    readonly reason: string | null;
  };
};

/** Model sets in files of their own, which leave this system: `predict` needs nothing else. */
export interface SetFiles {
  /** Everything that answers of a run that has ended; a file that is there is replaced. */
  export(run: string, out: string): Promise<ExportedSet>;
  show(file: string, partition?: string): Promise<ShownSet>;
  /** Reads all of it. Throws `Failure('corrupt-object')` for what was changed. */
  verify(file: string): Promise<SetVerdict>;
  /** Who answers for the partition in a run, answers in the file. */
  replace(file: string, change: SetFileChange & { readonly run: string }): Promise<Changed>;
  withdraw(file: string, change: SetFileChange): Promise<Changed>;
}

export type SetFileChange = { readonly partition: string; readonly reason: string | null };

type Context = Pick<OperationContext, 'runs' | 'facts' | 'quarantine' | 'objects'>;

/** `user`: gives who is on record for changes. */
export function setFiles(
  act: <R>(work: (on: Context) => Promise<R>) => Promise<R>,
  user: () => string,
): SetFiles {
  const said = (reason: string | null, run: string | null) => ({
    at: new Date().toISOString(),
    by: user(),
    reason,
    run,
  });
  return {
    export: (run, out) =>
      act(async (context) => {
        const { runId } = await context.runs.run(run);
        const served = await servedModels(context, runId);
        const change = said(null, runId);
        const digest = await writeSet(out, { served, change, read: readerOf(context) });
        const { members, unanswered, parents } = served.models;
        return {
          out,
          digest,
          bytes: (await stat(out)).size,
          members: members.size,
          unanswered: unanswered.size,
          parents: parents?.size ?? 0,
        };
      }),
    show: showSet,
    verify: verifySet,
    replace: (file, { run, partition: named, reason }) =>
      act(async (context) => {
        const partition = await textIn(file, named);
        const { runId } = await context.runs.run(run);
        const models = { served: await servedModels(context, runId), read: readerOf(context) };
        return replaceMember(file, partition, models, said(reason, runId));
      }),
    withdraw: async (file, { partition, reason }) =>
      withdrawMember(file, await textIn(file, partition), said(reason, null)),
  };
}

function readerOf({ objects }: Pick<Context, 'objects'>) {
  return ({ pack, offset, length }: PackMember) => objects.getRange(pack, offset, length);
}

async function textIn(file: string, named: string): Promise<string> {
  const reader = await SetReader.open(file);
  try {
    return namedPartition(named, reader.manifest.spec.partition.by);
  } finally {
    await reader.close();
  }
}

async function showSet(file: string, named?: string): Promise<ShownSet> {
  const reader = await SetReader.open(file);
  try {
    const { digest, manifest } = reader;
    const { version, spec, counts, global, history } = manifest;
    const shown = {
      digest,
      version,
      name: spec.name,
      counts,
      hasGlobal: global !== null,
      history,
    };
    if (named === undefined) return shown;
    const partition = namedPartition(named, spec.partition.by);
    const { member, reason } = answerFor(partition, await reader.models([partition]));
    const answer = {
      partition,
      rung: member?.rung ?? 'none',
      model: member?.digest ?? null,
      reason,
    };
    return { ...shown, answer };
  } finally {
    await reader.close();
  }
}
