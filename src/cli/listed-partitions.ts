import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_LISTED_PARTITIONS } from '../domain/result.ts';

/** Writes the partitions to `<folder>/results/<name>`, a JSON list, when there are more than a line should hold. */
export async function withListedPartitions<
  Result extends { readonly partitions: readonly object[] },
>(
  result: Result,
  folder: string,
  name: string,
): Promise<Result | (Omit<Result, 'partitions'> & { readonly partitionsFile: string })> {
  if (result.partitions.length <= MAX_LISTED_PARTITIONS) return result;
  const { partitions, ...rest } = result;
  const partitionsFile = join(folder, 'results', name);
  await mkdir(join(folder, 'results'), { recursive: true, mode: 0o700 });
  const rows = partitions.map((row) => JSON.stringify(row));
  await writeFile(partitionsFile, `[\n${rows.join(',\n')}\n]\n`, { mode: 0o600 });
  return { ...rest, partitionsFile };
}
