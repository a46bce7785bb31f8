import { describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { LINEAGE, MAKING } from './made-up-lineage.ts';
import { runCli, soleJson } from './run-cli.ts';

describe('partita lineage', () => {
  it('tells in plain words what made a model and where it answers', async () => {
    const services = { lineage: () => Promise.resolve(LINEAGE) };
    const { stdout } = await runCli(['lineage', 'sha256:1'], { services });
    expect(stdout).toContain('made by run run-1 of sales');
    expect(stdout).toMatch(/rows +1.200, 960 of them trained on/);
    expect(stdout).toMatch(/algorithm +ridge · alpha 1/);
    expect(stdout).toMatch(/score +2\.500 rmse, cross-validation/);
    expect(stdout).toMatch(/candidates +baseline +9\.000\n +ridge +2\.500 {2}best/);
    expect(stdout).toContain('answers for 1 partition\n  store=a in run run-1 (own)');
  });

  it('says which model answers instead, where the best own model does not', async () => {
    const other = `sha256:${'c'.repeat(64)}` as const;
    const answer = {
      status: 'trained',
      verdict: 'tie',
      blend: null,
      model: other as Digest,
    } as const;
    const lineage = { ...LINEAGE, makings: [{ ...MAKING, answer }] };
    const { stdout } = await runCli(['lineage', '1'], {
      services: { lineage: () => Promise.resolve(lineage) },
    });
    expect(stdout).toContain(`tie: ${other} answers instead`);
    const own = await runCli(['lineage', '1'], {
      services: { lineage: () => Promise.resolve(LINEAGE) },
    });
    expect(own.stdout).not.toContain('answers instead');
  });

  it('says it loudly when a model could not be made again', async () => {
    const makings = [{ ...MAKING, notReproducible: 'sha256:other' }];
    const services = { lineage: () => Promise.resolve({ ...LINEAGE, makings }) };
    const { stdout } = await runCli(['lineage', '1'], { services });
    expect(stdout).toMatch(/ALARM +another result when it ran again: sha256:other/);
  });

  it('gives everything as JSON', async () => {
    const services = { lineage: () => Promise.resolve(LINEAGE) };
    expect(soleJson(await runCli(['lineage', '1', '--json'], { services }))).toEqual(LINEAGE);
  });
});
