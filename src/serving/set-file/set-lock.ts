import { type FileHandle, open, rm, writeFile } from 'node:fs/promises';
import { Failure } from '../../domain/failure.ts';
import { codeOf } from '../../stores/objects/file-failure.ts';

/**
 * One who writes a set file at a time; those who read it are not held up. Throws `Failure('conflict')` while another does,
 * `Failure('unreachable')` where its folder can't be written to.
 */
export async function whileLocked<Result>(
  path: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = `${path}.lock`;
  try {
    await writeFile(lock, `${process.pid}\n`, { flag: 'wx' });
  } catch (cause) {
    if (codeOf(cause) !== 'EEXIST')
      throw new Failure(
        'unreachable',
        `Nothing can be written beside ${path} (${codeOf(cause)}): make the folder, or let this user write to it.`,
        { cause },
      );
    throw new Failure(
      'conflict',
      `Somebody else is writing ${path}, or was and died: wait, or remove ${lock} when nobody is.`,
      { cause },
    );
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** The file, open for changes. */
export async function withFile<Result>(
  path: string,
  work: (file: FileHandle) => Promise<Result>,
): Promise<Result> {
  const file = await open(path, 'r+').catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT') throw new Failure('not-found', `There is no file ${path}.`);
    throw new Failure('unreachable', `${path} can't be written to (${codeOf(cause)}).`, { cause });
  });
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}
