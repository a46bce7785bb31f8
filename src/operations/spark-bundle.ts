import { randomUUID } from 'node:crypto';
import { copyFile, rename, rm, stat } from 'node:fs/promises';
import { ensureRuntimeArchive } from '../engines/spark/runtime/runtime-archive.ts';
import type { SparkBundle, SparkBundleRequest } from './requests.ts';

/** Makes the archive for executors, under its own name or the one asked for. */
export async function bundleForSpark({
  folder,
  out,
  node,
}: SparkBundleRequest): Promise<SparkBundle> {
  const options = node === undefined ? {} : { nodePath: node };
  const { name, path, program } = await ensureRuntimeArchive(folder, options);
  if (out !== undefined && out !== path) await moveTo(out, path);
  const { size } = await stat(out ?? path);
  return { path: out ?? path, folder: name, bytes: size, machine: program.machine };
}

/** Another disk takes a copy, which appears whole or not at all. */
async function moveTo(target: string, path: string): Promise<void> {
  const unfinished = `${target}.${randomUUID()}.part`;
  await copyFile(path, unfinished);
  await rename(unfinished, target);
  await rm(path);
}
