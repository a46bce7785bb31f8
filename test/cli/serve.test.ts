import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openTokens } from '../../src/web/tokens.ts';
import { runCli, soleJson } from './run-cli.ts';

const EXAMPLE = {
  loadExample: () =>
    Promise.resolve({
      spec: join(import.meta.dirname, '../../examples/mining/mining.partita.yaml'),
      rows: 10,
    }),
};

describe('partita serve', () => {
  it('prints its address and a link that signs in once, and ends with 0', async () => {
    const ran = await runCli(['serve'], { isInterrupted: true });
    expect(ran.exitCode).toBe(0);
    expect(ran.stderr).toMatch(/^Partita is at http:\/\/127\.0\.0\.1:\d+ until Ctrl-C\.$/m);
    expect(ran.stderr).toMatch(/^Sign in, once: http:\/\/127\.0\.0\.1:\d+\/login\?code=\S+$/m);
    const token = join(ran.folder, 'web', 'token');
    expect(statSync(token).mode & 0o777).toBe(0o600);
  });

  it('does not listen where others reach it while nobody has a token', async () => {
    const ran = await runCli(['serve', '--host', '0.0.0.0'], { isInterrupted: true });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain('partita token NAME --role viewer');
  });
});

describe('partita token', () => {
  it('gives a token once, and takes it back', async () => {
    const ran = await runCli(['token', 'ann', '--role', 'editor', '--json']);
    const { token } = soleJson(ran) as { readonly token: string };
    const folder = join(ran.folder, '.partita');
    expect(openTokens(folder).actorOf(token)).toEqual({ name: 'ann', role: 'editor' });
    expect(ran.hasMadeServices).toBe(false);
  });

  it('says who has none', async () => {
    expect((await runCli(['token', 'bob', '--remove'])).exitCode).toBe(2);
    expect((await runCli(['token'])).stderr).toContain('Only the owner');
  });
});

describe('the example', () => {
  it('stays up with the web application where somebody sits at a terminal', async () => {
    const given = { services: EXAMPLE, isInterrupted: true, isTerminal: true };
    const ran = await runCli(['example'], given);
    expect(ran.exitCode).toBe(0);
    expect(ran.stderr).toContain('Partita is at http://127.0.0.1:');
  });

  it('ends without one', async () => {
    const ran = await runCli(['example'], { services: EXAMPLE, isInterrupted: true });
    expect(ran.exitCode).toBe(0);
    expect(ran.stderr).not.toContain('Partita is at');
  });
});
