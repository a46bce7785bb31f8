import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_LISTED_PARTITIONS, type PrintedResult, type RunResult } from '../domain/result.ts';
import { type CommandContext, printJson } from './command-context.ts';
import { fullTable, resultText } from './result-text.ts';

/** Prints a result: for people, or as one line of JSON whose long list of partitions goes to a file. */
export async function showResult(
  { terminal, services }: Pick<CommandContext, 'terminal' | 'services'>,
  result: RunResult,
  as: 'text' | 'json' | 'full text',
): Promise<void> {
  if (as === 'json')
    return printJson(terminal, await printedResult(result, (await services()).stateFolder));
  terminal.data(resultText(result, terminal.colors));
  if (as === 'full text') terminal.data(`\n${fullTable(result, terminal.colors)}`);
}

/** Writes the partitions to `<folder>/results/<run>.partitions.json` when there are more than a line should hold. */
async function printedResult(result: RunResult, folder: string): Promise<PrintedResult> {
  if (result.partitions.length <= MAX_LISTED_PARTITIONS) return result;
  const { partitions, ...rest } = result;
  const partitionsFile = join(folder, 'results', `${result.runId}.partitions.json`);
  await mkdir(join(folder, 'results'), { recursive: true, mode: 0o700 });
  const rows = partitions.map((row) => JSON.stringify(row));
  await writeFile(partitionsFile, `[\n${rows.join(',\n')}\n]\n`, { mode: 0o600 });
  return { ...rest, partitionsFile };
}
