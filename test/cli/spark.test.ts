import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SparkBundleRequest } from '../../src/operations/requests.ts';
import { runCli, soleJson } from './run-cli.ts';

describe('spark bundle', () => {
  it('says what was written and how a cluster uses it', async () => {
    const asked: SparkBundleRequest[] = [];
    const services = {
      bundleForSpark: (request: SparkBundleRequest) => {
        asked.push(request);
        const folder = 'partita-linux-aarch64-0123456789ab';
        const path = join(request.folder, `${folder}.tgz`);
        return Promise.resolve({ path, folder, bytes: 41 * 2 ** 20, machine: 'aarch64' });
      },
    };
    const ran = await runCli(['spark', 'bundle', '--node', 'arm/node'], { services });
    expect(asked[0]?.node).toBe(join(ran.folder, 'arm/node'));
    expect(ran.stderr).toContain('41 MB, for Linux aarch64');
    expect(ran.stderr).toContain(
      'spark.archives=partita-linux-aarch64-0123456789ab.tgz#partita-linux-aarch64-0123456789ab',
    );
    const json = await runCli(['spark', 'bundle', '--json'], { services });
    expect(soleJson(json)).toMatchObject({ machine: 'aarch64' });
  });
});
