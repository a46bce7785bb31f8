import type { Config } from '../../config.ts';
import { ensureStack, type Stack } from '../../embedded/stack.ts';
import { type PartStatus, stackStatus } from '../../embedded/stack-status.ts';
import type { MigrateDatabase } from '../../operations/services.ts';
import { describeParts } from '../part-text.ts';

/** Prints a line for people. */
type Write = (line: string) => void;

export type UpResult = {
  readonly folder: string;
  readonly started: Stack['started'];
  readonly parts: readonly PartStatus[];
  readonly temporalUi: string | null;
};

/** `partita up`: starts Postgres, Temporal and a worker in the background, or repairs what died. */
export async function runUp(
  config: Config,
  migrate: MigrateDatabase,
  write: Write,
): Promise<UpResult> {
  const { started, temporalUi } = await ensureStack({ config, migrate, worker: true, say: write });
  const parts = await stackStatus(config);
  write(started.length > 0 ? `Started ${started.join(', ')}.` : 'Everything was up already.');
  for (const line of describeParts(parts)) write(line);
  if (temporalUi !== null) write(`Temporal's own pages: ${temporalUi}`);
  return { folder: config.folder, started, parts, temporalUi };
}
