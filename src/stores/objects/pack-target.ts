import { type Digest, hexOf } from '../../domain/digest.ts';
import { digestBytes } from '../../frame/digest.ts';
import { type ExecutorsFolder, isShared, writeInFolder } from './executors-folder.ts';
import { type PackMember, packMembers } from './pack.ts';
import { sendByForm, type UploadForm } from './upload-form.ts';

/**
 * Where executors leave the packs of a job until its store adopts them: a folder that they share with it, or the bucket, to
 * which a form lets them send without credentials. Plain JSON: it travels in the job. Without one, blobs come with the results.
 */
export type PackTarget = { readonly job: string } & (
  | ({ readonly kind: 'folder' } & ExecutorsFolder)
  | ({ readonly kind: 'form' } & UploadForm)
);

/** A member of a pack that waits where the executors of that job left it. */
export type WaitingMember = PackMember & { readonly job: string };

/** A store that executors may leave packs for. */
export interface PackHost {
  /** Says where, for a job of that name; again is no harm. */
  invite(job: string): Promise<PackTarget>;
}

/** Whether a pack is worth a try from here: of a folder that is seen, of a form only a pack tells. */
export function seemsOpen(target: PackTarget): Promise<boolean> {
  return target.kind === 'folder' ? isShared(target) : Promise.resolve(true);
}

/**
 * Leaves blobs there as one pack, named by its bytes, whole or not at all; again is no harm. Says where each lies. Throws a
 * `Failure` where the place refuses.
 */
export async function leavePack(
  target: PackTarget,
  blobs: readonly Uint8Array[],
): Promise<readonly WaitingMember[]> {
  const { bytes, members } = packMembers(blobs);
  const pack = digestBytes(bytes);
  if (target.kind === 'folder') await writeInFolder(target, pack, bytes);
  else await sendByForm(target, hexOf(pack), bytes);
  return members.map((member) => ({ pack, ...member, job: target.job }));
}

/** A pack that a store is to adopt. */
export type WaitingPack = {
  readonly pack: Digest;
  readonly job: string;
  /** It has so many bytes at least. */
  readonly least: number;
};

/** The packs that members lie in, each once. */
export function packsOf(members: readonly WaitingMember[]): readonly WaitingPack[] {
  const packs = new Map<Digest, WaitingPack>();
  for (const { pack, job, offset, length } of members) {
    const least = Math.max(packs.get(pack)?.least ?? 0, offset + length);
    packs.set(pack, { pack, job, least });
  }
  return [...packs.values()];
}
