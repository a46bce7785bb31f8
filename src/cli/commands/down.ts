import type { Config } from '../../config.ts';
import type { PartName } from '../../embedded/part-record.ts';
import { removeData } from '../../embedded/remove-data.ts';
import { stopStack } from '../../embedded/stack.ts';

export type DownResult = {
  readonly folder: string;
  readonly stopped: readonly PartName[];
  /** Files and folders; empty without `--purge`. */
  readonly removed: readonly string[];
};

/** `partita down`: stops the background parts after the worker has drained. Everything they know is kept, unless `purge`. */
export async function runDown(
  config: Config,
  write: (line: string) => void,
  purge = false,
): Promise<DownResult> {
  const { folder } = config;
  const stopped = await stopStack(config, write);
  write(
    stopped.length > 0
      ? `Stopped ${stopped.join(', ')}.${purge ? '' : ` The data stay in ${folder}.`}`
      : `Nothing of ${folder} was running.`,
  );
  const removed = purge ? removeData(folder) : [];
  for (const place of removed) write(`Removed ${place}.`);
  return { folder, stopped, removed };
}
