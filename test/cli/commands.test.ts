import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunPlan } from '../../src/operations/outlook.ts';
import type { DebugRequest, RunControl, RunSummary } from '../../src/operations/requests.ts';
import { parseSpec } from '../../src/spec/parse-spec.ts';
import { templates } from '../../src/spec/templates/catalogue.ts';
import { resultOf, rowOf, stateOf } from './fake-services.ts';
import { runCli, SPEC, soleJson } from './run-cli.ts';

describe('the command line', () => {
  const names =
    'init validate advise plan run attach status pause resume cancel set-concurrency runs report predict predictions lineage export debug up down doctor migrate worker'.split(
      ' ',
    );

  it('lists every command in its help, and starts nothing for it', async () => {
    const ran = await runCli(['--help']);
    expect(ran.exitCode).toBe(0);
    for (const name of names) expect(ran.stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(ran.hasMadeServices).toBe(false);
  });

  it.each(names.filter((name) => name !== 'runs'))('%s --help shows an example', async (name) => {
    const ran = await runCli([name, '--help']);
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain(`$ partita ${name}`);
  });

  it('prints its version', async () => {
    expect((await runCli(['--version'])).stdout).toBe('1.2.3\n');
  });

  it('suggests the command and the option that were meant: exit 2', async () => {
    const command = await runCli(['vaildate']);
    expect(command.exitCode).toBe(2);
    expect(command.stderr).toContain('Did you mean validate?');
    const option = await runCli(['run', '--detatch', '--json']);
    expect(option.exitCode).toBe(2);
    expect(option.stderr).toContain('--detach');
    expect(soleJson(option)).toMatchObject({ error: { kind: 'usage' } });
  });

  it.each([
    [['run', '--seed', '-1']],
    [['run', '--threads', 'many']],
    [['run', '--engine', 'abacus']],
    [['set-concurrency', 'run-1', '0']],
    [['report', 'run-1', '--format', 'pdf']],
    [['predictions', 'run-1', '--split', 'all', '--out', 'a.csv']],
    [['predictions', 'run-1']],
    [['attach']],
    [[]],
  ])('refuses %j with exit 2', async (args) => {
    const ran = await runCli(args);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).not.toBe('');
  });
});

describe('partita init', () => {
  it.each(templates)(
    'writes the template $name, which validates where it stands',
    async (template) => {
      const ran = await runCli(['init', template.name], { files: {} });
      expect(ran.exitCode).toBe(0);
      const text = readFileSync(join(ran.folder, 'partita.yaml'), 'utf8');
      expect(text).toMatch(/^# yaml-language-server: \$schema=\S+experiment\.v1\.json\n/);
      expect(parseSpec(text, { fileName: 'partita.yaml' }).warnings).toEqual([]);
      expect(readFileSync(join(ran.folder, template.dataFile), 'utf8')).toBe(template.sampleData());
      expect(ran.hasMadeServices).toBe(false);
    },
  );

  it('replaces nothing unless forced', async () => {
    const files = { 'partita.yaml': 'mine' };
    const ran = await runCli(['init'], { files });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain('Nothing was written');
    expect(readFileSync(join(ran.folder, 'partita.yaml'), 'utf8')).toBe('mine');
    const forced = await runCli(['init', '--force', '--dir', 'sub'], { files });
    expect(forced.exitCode).toBe(0);
    expect(forced.stderr).toContain(`partita run ${join('sub', 'partita.yaml')}`);
  });
});

describe('partita validate', () => {
  it('says what a valid spec is about, and starts nothing', async () => {
    const ran = await runCli(['validate']);
    expect(ran.stdout).toContain(
      'sales is valid: classification of sold by store, macro_f1, 4 candidates. Next: partita plan',
    );
    expect(ran.hasMadeServices).toBe(false);
    expect(soleJson(await runCli(['validate', '--json']))).toMatchObject({
      valid: true,
      name: 'sales',
    });
  });
});

describe('partita plan', () => {
  const plan: RunPlan = {
    source: 'csv sales.csv',
    rows: 1250,
    partitions: [
      {
        key: { store: 'a' },
        partition: 'store=a',
        rows: 1200,
        decision: { kind: 'train' },
        missing: 0,
        classes: [],
      },
      {
        key: { store: null },
        partition: 'store=\\N',
        rows: 50,
        decision: { kind: 'global', reason: 'too_small' },
        missing: null,
        classes: [],
      },
    ],
    candidates: 4,
    fits: 27,
    knownFits: 0,
    takenOver: { models: 0, selections: 1 },
    estimatedSeconds: 2.5,
    estimateBasis: 'earlier_runs',
    warnings: ['a looks like an id'],
  };
  const services = { plan: () => Promise.resolve(plan) };

  it('shows what would be trained and why', async () => {
    const { stdout } = await runCli(['plan'], { services });
    expect(stdout).toMatch(/^ {2}a\s+1.200 {2}train$/m);
    expect(stdout).toMatch(/^ {2}\(null\)\s+50 {2}global model answers \(too small\)$/m);
    expect(stdout).toContain('1 partition with a model of its own, 4 candidates each: 27 fits');
    expect(stdout).toMatch(/^The columns of 1 partition are selected: a run takes them over/m);
    expect(stdout).not.toContain('--no-reuse');
    expect(stdout).toContain('About 3 s of training, by the times of earlier runs.');
    expect(stdout).toContain('warning: a looks like an id');
  });

  it('tells how many of the fits are known', async () => {
    const known = { plan: () => Promise.resolve({ ...plan, knownFits: 18 }) };
    const { stdout } = await runCli(['plan'], { services: known });
    expect(stdout).toContain('4 candidates each: 27 fits (18 already known), cross-validation');
  });

  it('is one line of JSON', async () => {
    expect(soleJson(await runCli(['plan', '--json'], { services }))).toEqual(plan);
  });
});

describe('a run from outside', () => {
  it.each([
    [['pause', 'r'], { kind: 'pause' }],
    [['resume', 'r'], { kind: 'resume' }],
    [['cancel', 'r'], { kind: 'cancel' }],
    [['set-concurrency', 'r', '8'], { kind: 'set-concurrency', concurrency: 8 }],
  ] as const)('%j asks for it', async (args, expected) => {
    const asked: [string, RunControl][] = [];
    const services = {
      control: (run: string, control: RunControl) => {
        asked.push([run, control]);
        return Promise.resolve(stateOf({ status: 'RUNNING', stage: 'train', paused: true }));
      },
    };
    const ran = await runCli([...args, '--json'], { services });
    expect(asked).toEqual([['r', expected]]);
    expect(soleJson(ran)).toMatchObject({ paused: true });
  });

  it('status RUN tells how it stands', async () => {
    const state = stateOf({ status: 'RUNNING', stage: 'train', trained: 1, failed: 0 });
    const services = { state: () => Promise.resolve(state) };
    const { stdout } = await runCli(['status', 'run-1'], { services });
    expect(stdout).toBe('run-1 sales RUNNING · train: 1 of 2 partitions (50 %)\n');
    expect(soleJson(await runCli(['status', 'run-1', '--json'], { services }))).toEqual(state);
  });

  it('status without a run names every background part', async () => {
    const { parts } = soleJson(await runCli(['status', '--json'])) as {
      readonly parts: readonly { readonly name: string }[];
    };
    expect(parts.map(({ name }) => name)).toEqual(['postgres', 'temporal', 'worker']);
  });

  it('attach finds the run by the beginning of its id', async () => {
    const asked: string[] = [];
    const services = {
      watch: (run: string) => {
        asked.push(`watch ${run}`);
        return Promise.resolve(stateOf());
      },
      result: (run: string) => {
        asked.push(`result ${run}`);
        return Promise.resolve(resultOf());
      },
    };
    expect((await runCli(['attach', 'run'], { services })).exitCode).toBe(0);
    expect(asked).toEqual(['watch run', 'result run-1']);
  });

  it('runs ls lists them, one per line', async () => {
    const run: RunSummary = {
      runId: 'run-1',
      experiment: 'sales',
      status: 'SUCCEEDED',
      createdAt: '2026-01-02T03:04:05.678Z',
      endedAt: null,
      partitions: 2,
      unanswered: 0,
    };
    const services = { runs: () => Promise.resolve([run]) };
    const { stdout } = await runCli(['runs', 'ls'], { services });
    expect(stdout).toBe('run-1  SUCCEEDED  2026-01-02T03:04:05Z  sales  2 partitions\n');
    expect(soleJson(await runCli(['runs', 'ls', '--json'], { services }))).toEqual([run]);
  });
});

describe('partita report', () => {
  it('prints, or writes by the ending of the file', async () => {
    const services = { report: (_: string, format: string) => Promise.resolve(`as ${format}`) };
    expect((await runCli(['report', 'r'], { services })).stdout).toBe('as text\n');
    expect((await runCli(['report', 'r', '--json'], { services })).stdout).toBe('as json\n');
    for (const [ending, format] of Object.entries({
      html: 'html',
      md: 'md',
      json: 'json',
      txt: 'text',
    })) {
      const ran = await runCli(['report', 'r', '--out', `a.${ending}`], { services });
      expect(readFileSync(join(ran.folder, `a.${ending}`), 'utf8')).toBe(`as ${format}`);
    }
  });
});

describe('predictions', () => {
  it('predictions writes the split that was asked for', async () => {
    const services = { predictions: () => Promise.resolve({ out: '/x/oof.csv', rows: 5 }) };
    const args = ['predictions', 'r', '--split', 'oof', '--out', 'oof.csv', '--json'];
    expect(soleJson(await runCli(args, { services }))).toEqual({ out: '/x/oof.csv', rows: 5 });
  });
});

describe('partita debug', () => {
  const requests: DebugRequest[] = [];
  const services = {
    debug: (request: DebugRequest, onStep: (step: never) => void) => {
      requests.push(request);
      onStep({
        name: 'impute',
        inputs: { rows: 3 },
        outputs: { filled: { rpm: 1, load: 1 / 3 } },
        ms: 2,
      } as never);
      return Promise.resolve({ best: 'ridge' });
    },
  };

  it('prints each step with what went in and came out', async () => {
    const { stdout } = await runCli(['debug', '--partition', 'north'], { services });
    expect(requests[0]).toMatchObject({ partition: 'north', stage: 'train' });
    expect(stdout).toMatch(
      /impute \(2 ms\)\n {2}in\n {4}rows: 3\n {2}out\n {4}filled: rpm 1, load 0.333333\n/,
    );
  });

  it('is one line of JSON', async () => {
    const ran = await runCli(['debug', '--partition', 'north', '--json'], { services });
    expect(soleJson(ran)).toMatchObject({ partition: 'north', steps: [{ name: 'impute' }] });
  });
});

describe('background parts', () => {
  it('migrate names what was applied', async () => {
    const services = { migrate: () => Promise.resolve({ applied: ['20261123-start'] }) };
    expect((await runCli(['migrate'], { services })).stderr).toBe('Applied 20261123-start.\n');
  });

  it('worker works until it is told to end', async () => {
    const stops: boolean[] = [];
    const services = {
      work: (stop: AbortSignal) => {
        stops.push(stop.aborted);
        return Promise.resolve();
      },
    };
    expect((await runCli(['worker'], { services, isInterrupted: true })).exitCode).toBe(0);
    expect(stops).toEqual([true]);
  });

  it('services are closed, whatever happened', async () => {
    let closed = 0;
    const close = () => {
      closed++;
      return Promise.resolve();
    };
    await runCli(['attach', 'r'], { services: { close } });
    await runCli(['attach', 'r'], {
      services: { close, state: () => Promise.reject(new Error('broken')) },
    });
    expect(closed).toBe(2);
  });
});

describe('text from data', () => {
  it('reaches the terminal without its control characters', async () => {
    const partitions = [rowOf('\u001b[2Jevil\u202e', { status: 'failed', reason: 'error' })];
    const services = { result: () => Promise.resolve(resultOf({ partitions })) };
    const { stdout } = await runCli(['run'], { services, files: { 'partita.yaml': SPEC } });
    expect(stdout).toContain('\\u001b[2Jevil\\u202e');
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('nobody (failed: an error)');
  });
});
