import type { RunResult } from '../domain/result.ts';
import { type CommandContext, printJson } from './command-context.ts';
import { withListedPartitions } from './listed-partitions.ts';
import { fullTable, resultText } from './result-text.ts';

/** Prints a result: for people, or as one line of JSON whose long list of partitions goes to a file. */
export async function showResult(
  { terminal, services }: Pick<CommandContext, 'terminal' | 'services'>,
  result: RunResult,
  as: 'text' | 'json' | 'full text',
): Promise<void> {
  if (as === 'json') {
    const { stateFolder } = await services();
    const name = `${result.runId}.partitions.json`;
    return printJson(terminal, await withListedPartitions(result, stateFolder, name));
  }
  terminal.data(resultText(result, terminal.colors));
  if (as === 'full text') terminal.data(`\n${fullTable(result, terminal.colors)}`);
}
