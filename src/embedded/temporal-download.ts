import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { z } from 'zod';
import { lastLines } from './log-file.ts';
import { runProgram } from './run-program.ts';
import { TEMPORAL_VERSION } from './temporal-release.ts';
import type { Fetched } from './temporal-wheel.ts';

/** Temporal's own download site, which its SDKs use too. */
const SITE = 'https://temporal.download';

const description = z.object({ archiveUrl: z.url(), fileToExtract: z.string().min(1) });

/**
 * Downloads the program of the pinned version from Temporal's site into `folder`. No hash is published there; the caller
 * compares its own.
 */
export async function downloadTemporal(folder: string, site: string = SITE): Promise<Fetched> {
  try {
    const { archiveUrl, fileToExtract } = description.parse(
      await (await get(archiveQuery(site))).json(),
    );
    const archive = join(folder, 'archive');
    const body = (await get(archiveUrl)).body as ReadableStream;
    await pipeline(Readable.fromWeb(body), createWriteStream(archive, { mode: 0o600 }));
    const unpacked = await runProgram('tar', ['-xf', archive, '-C', folder, fileToExtract]);
    if (unpacked.status !== 0) return { failed: lastLines(unpacked.stderr, 1) };
    return await checkVersion(join(folder, fileToExtract));
  } catch (error) {
    return { failed: `${site}: ${(error as Error).message}` };
  }
}

function archiveQuery(site: string): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const processor = process.arch === 'x64' ? 'amd64' : process.arch;
  const format = platform === 'windows' ? 'zip' : 'tar.gz';
  const query = new URLSearchParams({ arch: processor, platform, format });
  return `${site}/cli/v${TEMPORAL_VERSION}?${query.toString()}`;
}

async function get(url: string): Promise<Response> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(300_000) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer;
}

async function checkVersion(path: string): Promise<Fetched> {
  const { stdout } = await runProgram(path, ['--version'], { timeoutMs: 10_000 });
  if (stdout.startsWith(`temporal version ${TEMPORAL_VERSION} `)) return { path };
  return { failed: `the downloaded program says it is "${lastLines(stdout, 1)}"` };
}
