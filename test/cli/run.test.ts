import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Failure, type FailureKind } from '../../src/domain/failure.ts';
import type { RunStatus } from '../../src/domain/run.ts';
import type { PreparedSpec, SubmitOptions } from '../../src/operations/requests.ts';
import { resultOf, rowOf, stateOf } from './fake-services.ts';
import { runCli, SPEC, soleJson } from './run-cli.ts';

const ending = (status: RunStatus) => ({
  watch: () => Promise.resolve(stateOf({ status })),
  result: () => Promise.resolve(resultOf({ status })),
});
const failing = (kind: FailureKind) => ({
  submit: () => Promise.reject(new Failure(kind, 'What went wrong, and the way out.')),
});

describe('partita run', () => {
  it('prints the result as a table on stdout, and what happens on stderr', async () => {
    const ran = await runCli(['run']);
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toMatch(/sales SUCCEEDED in 41\.0 s/);
    expect(ran.stdout).toMatch(
      /north\s+1.200\s+random_forest\s+0\.8500\s+0\.9123\s+\+0\.0600\s+0\.9000\s+own/,
    );
    expect(ran.stdout).toContain('/data/report.html');
    expect(ran.stderr).toContain('Run run-1 of sales');
  });

  it('prints exactly one line with --json', async () => {
    const ran = await runCli(['run', '--json']);
    expect(soleJson(ran)).toEqual(JSON.parse(JSON.stringify(resultOf())));
  });

  it.each([
    ['SUCCEEDED', 0],
    ['PARTIAL', 5],
    ['FAILED', 6],
    ['CANCELLED', 6],
  ] as const)('ends a %s run with exit code %d', async (status, exitCode) => {
    const ran = await runCli(['run', '--json'], { services: ending(status) });
    expect(ran.exitCode).toBe(exitCode);
    expect(soleJson(ran)).toMatchObject({ status });
  });

  it.each([
    ['usage', 2],
    ['not-found', 2],
    ['invalid-spec', 3],
    ['invalid-data', 4],
    ['limit-exceeded', 4],
    ['run-failed', 6],
    ['unreachable', 7],
    ['not-reproducible', 8],
    ['corrupt-object', 1],
  ] as const)(
    'ends a failure of kind %s with exit code %d and one sentence',
    async (kind, code) => {
      const ran = await runCli(['run', '--json'], { services: failing(kind) });
      expect(ran.exitCode).toBe(code);
      expect(soleJson(ran)).toEqual({
        error: { kind, message: 'What went wrong, and the way out.' },
      });
      expect(ran.stderr).toBe('error: What went wrong, and the way out.\n');
    },
  );

  it('shows where a failure came from when asked', async () => {
    const ran = await runCli(['run', '--verbose'], { services: failing('invalid-data') });
    expect(ran.stderr).toContain('    at ');
  });

  it('says that a bug is a bug, with its stack', async () => {
    const services = { submit: () => Promise.reject(new TypeError('x is not a function')) };
    const ran = await runCli(['run'], { services });
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toMatch(
      /This is a bug in Partita\.\nTypeError: x is not a function\n\s+at /,
    );
  });

  it('detaches on Ctrl-C and says how to attach again', async () => {
    const services = { watch: () => Promise.resolve(stateOf({ status: 'RUNNING' })) };
    const ran = await runCli(['run', '--json'], { services, isInterrupted: true });
    expect(ran.exitCode).toBe(130);
    expect(ran.stderr).toContain('partita attach run-1');
    expect(soleJson(ran)).toEqual({ runId: 'run-1', status: 'RUNNING', detached: true });
  });

  it('returns at once with --detach', async () => {
    const services = { watch: () => Promise.reject(new Error('watched')) };
    const ran = await runCli(['run', '--detach', '--json'], { services });
    expect(ran.exitCode).toBe(0);
    expect(soleJson(ran)).toEqual({ runId: 'run-1', status: 'PENDING' });
    const text = await runCli(['run', '--detach'], { services });
    expect(text.stdout).toBe('run-1\n');
  });

  it('sets seed and threads, and hands on the idempotency key', async () => {
    const submitted: (PreparedSpec & SubmitOptions)[] = [];
    const services = {
      submit: (prepared: PreparedSpec, options?: SubmitOptions) => {
        submitted.push({ ...prepared, ...options });
        return Promise.resolve({ runId: 'run-1' });
      },
    };
    const args = ['run', '--seed', '11', '--threads', '2', '--idempotency-key', 'k'];
    const { folder } = await runCli(args, { services });
    await runCli(['run'], { services });
    expect(submitted[0]).toMatchObject({ idempotencyKey: 'k', baseFolder: folder });
    expect(submitted[0]?.spec).toMatchObject({ seed: 11, engine: { threads: 2 } });
    expect(submitted[0]?.digest).not.toBe(submitted[1]?.digest);
  });

  it('puts more than 1,000 partitions into a file', async () => {
    const partitions = Array.from({ length: 1001 }, (_, i) => rowOf(String(i)));
    const services = { result: () => Promise.resolve(resultOf({ partitions })) };
    const printed = soleJson(await runCli(['run', '--json'], { services })) as {
      readonly partitionsFile: string;
      readonly counts: { readonly partitions: number };
    };
    expect(printed).not.toHaveProperty('partitions');
    expect(printed.counts.partitions).toBe(1001);
  });

  it('keeps every partition in that file', async () => {
    const partitions = Array.from({ length: 1001 }, (_, i) => rowOf(String(i)));
    const services = {
      result: () => Promise.resolve(resultOf({ partitions })),
      close: () => Promise.resolve(),
    };
    const ran = await runCli(['runs', 'show', 'run-1', '--json'], { services });
    const { partitionsFile } = soleJson(ran) as { readonly partitionsFile: string };
    expect(JSON.parse(readFileSync(partitionsFile, 'utf8'))).toEqual(partitions);
  });
});

describe('the spec of a command', () => {
  it('is partita.yaml, else the only *.partita.yaml', async () => {
    const files = { 'a.partita.yaml': SPEC, 'other.yaml': 'x' };
    expect((await runCli(['run'], { files })).exitCode).toBe(0);
    const both = { ...files, 'b.partita.yaml': SPEC };
    const unclear = await runCli(['run'], { files: both });
    expect(unclear.exitCode).toBe(2);
    expect(unclear.stderr).toContain('Name one of a.partita.yaml, b.partita.yaml.');
    expect((await runCli(['run'], { files: { ...both, 'partita.yaml': SPEC } })).exitCode).toBe(0);
  });

  it('is missing: exit 2 and the way out', async () => {
    const none = await runCli(['run'], { files: {} });
    expect(none.exitCode).toBe(2);
    expect(none.stderr).toContain('partita init');
    const named = await runCli(['run', 'nope.yaml']);
    expect(named.exitCode).toBe(2);
    expect(named.stderr).toContain('The spec nope.yaml does not exist.');
  });

  it('is invalid: exit 3, every error with its place, and nothing is started', async () => {
    const files = { 'partita.yaml': SPEC.replace('partition', 'partiton') };
    const ran = await runCli(['run', '--json'], { files });
    expect(ran.exitCode).toBe(3);
    expect(ran.hasMadeServices).toBe(false);
    expect(ran.stderr).toContain(
      'partita.yaml:4:1: partiton: Unknown key. Did you mean `partition`?',
    );
    expect(soleJson(ran)).toMatchObject({
      error: {
        kind: 'invalid-spec',
        problems: [{ path: ['partition'] }, { path: ['partiton'], line: 4, column: 1 }],
      },
    });
  });

  it('refers to a variable that is not set: exit 3 and its name', async () => {
    const source = "kind: postgres, table: t, url: '${env:SALES_URL}'";
    const files = { 'partita.yaml': SPEC.replace('kind: csv, path: sales.csv', source) };
    const ran = await runCli(['run'], { files });
    expect(ran.exitCode).toBe(3);
    expect(ran.stderr).toContain('SALES_URL is not set');
  });
});
