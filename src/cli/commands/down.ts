import type { Config } from '../../config.ts';
import type { PartName } from '../../embedded/part-record.ts';
import { stopStack } from '../../embedded/stack.ts';

export type DownResult = { readonly folder: string; readonly stopped: readonly PartName[] };

/** `partita down`: stops the background parts after the worker has drained. Everything they know is kept. */
export async function runDown(config: Config, write: (line: string) => void): Promise<DownResult> {
  const stopped = await stopStack(config, write);
  write(
    stopped.length > 0
      ? `Stopped ${stopped.join(', ')}. The data stay in ${config.folder}.`
      : `Nothing of ${config.folder} was running.`,
  );
  return { folder: config.folder, stopped };
}
