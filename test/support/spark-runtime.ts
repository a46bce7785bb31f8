import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterRuntime } from '../../src/engines/spark/cluster.ts';
import { makeFolder } from './test-folder.ts';

const worker = join(import.meta.dirname, '../../dist/spark/worker.cjs');

/** The compiled worker with the Node of this process, as a node of a cluster has it that was made so. */
export async function installedRuntime(): Promise<ClusterRuntime> {
  const program = join(makeFolder(), 'partita-worker');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${worker}' "$@"\n`);
  chmodSync(program, 0o755);
  return { executable: program, artifact: null };
}
