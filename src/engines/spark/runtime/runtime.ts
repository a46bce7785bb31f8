import { resolve } from 'node:path';
import { LAUNCHER } from './launcher.ts';
import { ensureRuntimeArchive } from './runtime-archive.ts';

/**
 * How the runtime reaches the executors.
 * - `artifact`: the client sends the archive to the session (40 MB each time).
 * - `archive`: the cluster has it: `spark.archives=…/ARCHIVE.tgz#FOLDER`.
 * - `image`: it lies unpacked in a folder of the executors' image or disk.
 */
export type RuntimePlace =
  | { readonly kind: 'artifact' }
  | { readonly kind: 'archive'; readonly folder: string }
  | { readonly kind: 'image'; readonly folder: string };

export type Runtime = {
  /** For the session's `spark.sql.execution.pyspark.python`; relative to the session's folder on the executor. */
  readonly executable: string;
  /** To be sent to the session first, null where nothing is to be sent. */
  readonly artifact: { readonly name: string; readonly content: { readonly path: string } } | null;
};

/** The runtime at its place; `cacheFolder` is where archives to be sent are kept from one session to the next. */
export async function locateRuntime(place: RuntimePlace, cacheFolder: string): Promise<Runtime> {
  switch (place.kind) {
    case 'image':
      return { executable: resolve('/', place.folder, LAUNCHER), artifact: null };
    case 'archive':
      // Archives of the cluster are unpacked one level above the folders of its sessions.
      return { executable: `../${place.folder}/${LAUNCHER}`, artifact: null };
    case 'artifact': {
      const { name, path } = await ensureRuntimeArchive(cacheFolder);
      const artifact = { name: `archives/${name}.tgz#${name}`, content: { path } };
      return { executable: `./${name}/${LAUNCHER}`, artifact };
    }
  }
}
