import type { Config } from '../../config.ts';
import { type PartStatus, stackStatus } from '../../embedded/stack-status.ts';
import { describeParts } from '../part-text.ts';

export type StatusResult = {
  readonly folder: string;
  readonly parts: readonly PartStatus[];
};

/** `partita status` without a run: how the background parts stand. Starts nothing. */
export async function runStatus(
  config: Config,
  write: (line: string) => void,
): Promise<StatusResult> {
  const parts = await stackStatus(config);
  for (const line of describeParts(parts)) write(line);
  if (parts.some((part) => part.state === 'down' || part.state === 'stuck'))
    write('Start or repair what is not up with "partita up".');
  return { folder: config.folder, parts };
}
