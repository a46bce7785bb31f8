import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { MAX_LISTED_PARTITIONS } from '../domain/result.ts';

type Partitions<Row> = { readonly partitions: readonly Row[] };
type PartitionsFile = { readonly partitionsFile: string };

/** Writes the partitions to `<folder>/results/<name>`, a JSON list, when there are more than a line should hold. */
export async function withListedPartitions<Result extends Partitions<object>>(
  result: Result,
  folder: string,
  name: string,
): Promise<Result | (Omit<Result, 'partitions'> & PartitionsFile)> {
  const { partitions, ...rest } = result;
  if (partitions.length <= MAX_LISTED_PARTITIONS) return result;
  return { ...rest, partitionsFile: await writePartitions(partitions, folder, name) };
}

/** The same of so many partitions that come one after the other. */
export async function listedPartitions<Row extends object>(
  partitions: AsyncIterable<Row>,
  count: number,
  folder: string,
  name: string,
): Promise<Partitions<Row> | PartitionsFile> {
  if (count > MAX_LISTED_PARTITIONS)
    return { partitionsFile: await writePartitions(partitions, folder, name) };
  const rows: Row[] = [];
  for await (const row of partitions) rows.push(row);
  return { partitions: rows };
}

async function writePartitions(
  partitions: Iterable<object> | AsyncIterable<object>,
  folder: string,
  name: string,
): Promise<string> {
  const path = join(folder, 'results', name);
  await mkdir(join(folder, 'results'), { recursive: true, mode: 0o700 });
  await writeFile(path, Readable.from(listText(partitions)), { mode: 0o600 });
  return path;
}

/** One partition in a line. */
async function* listText(
  partitions: Iterable<object> | AsyncIterable<object>,
): AsyncGenerator<string> {
  yield '[';
  let separator = '\n';
  for await (const row of partitions) {
    yield `${separator}${JSON.stringify(row)}`;
    separator = ',\n';
  }
  yield '\n]\n';
}
