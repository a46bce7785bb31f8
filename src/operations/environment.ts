import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { JsonObject } from '../domain/json.ts';
import { digestBytes } from '../frame/digest.ts';
import type { CodeVersion } from '../stores/run-records.ts';

/** Which code runs, taken from the installed package: its build, its lock file, its workflows, and its commit if it is a clone. */
export async function codeVersion(
  packageFolder: string,
  buildDigest: string,
  bundles: { readonly workflows: string; readonly partitions: Uint8Array },
): Promise<CodeVersion> {
  const lockFile = ['package-lock.json', 'package.json'].find((name) =>
    existsSync(join(packageFolder, name)),
  );
  return {
    ...(await gitState(packageFolder)),
    sourceDigest: digestBytes(buildDigest),
    lockfileDigest: digestBytes(readFileSync(join(packageFolder, lockFile ?? 'package.json'))),
    workflowBundleDigest: digestBytes(bundles.workflows),
    partitionBundleDigest: digestBytes(bundles.partitions),
  };
}

/** What bit-for-bit equality may depend on besides code, data, spec and seed. */
export function environmentFacts(): JsonObject {
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    icu: process.versions['icu'] ?? null,
    tz: process.versions['tz'] ?? null,
    arch: arch(),
    platform: platform(),
  };
}

async function gitState(folder: string): Promise<Pick<CodeVersion, 'gitCommit' | 'dirty'>> {
  // An installed package lies in somebody else's repository.
  if (!existsSync(join(folder, '.git'))) return { gitCommit: null, dirty: false };
  const git = async (...args: readonly string[]) =>
    (await promisify(execFile)('git', ['-C', folder, ...args])).stdout.trim();
  try {
    const gitCommit = await git('rev-parse', 'HEAD');
    return {
      gitCommit,
      dirty: (await git('status', '--porcelain', '--untracked-files=no')) !== '',
    };
  } catch {
    // No git program, or a folder it does not trust: the digests still name the code.
    return { gitCommit: null, dirty: false };
  }
}
