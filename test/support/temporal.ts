import { TestWorkflowEnvironment } from '@temporalio/testing';
import { readConfig } from '../../src/config.ts';
import { obtainTemporal } from '../../src/embedded/temporal-program.ts';

/** The path of the Temporal server's program; fetched into `.partita/tools` when it is nowhere on this machine. */
export async function temporalPath(): Promise<string> {
  const { path } = await obtainTemporal(readConfig(), (line) => console.error(line));
  return path;
}

/** A real Temporal server in memory for one test file; call its `teardown()` at the end. */
export async function startTestTemporal(
  extraArgs: readonly string[] = [],
): Promise<TestWorkflowEnvironment> {
  const path = await temporalPath();
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      ip: '127.0.0.1',
      extraArgs: [...extraArgs],
    },
  });
}
