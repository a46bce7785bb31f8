import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Advice, RunPlan } from '../../src/operations/outlook.ts';
import { seededDraws } from '../support/draws.ts';
import { csvOf, Partita, type SpecWishes } from '../support/partita.ts';

const partita = new Partita();
afterAll(() => partita.stop(), 120_000);

/** Three shops: one with rows enough, one too small, one whose every row sold. */
const SHOPS = csvOf(
  Array.from({ length: 128 }, (_, i) => ({
    shop: i < 80 ? 'north' : i < 88 ? 'south' : 'west',
    price: (i * 37) % 101,
    sold: i >= 88 || (i * 37) % 101 < 50 ? 'yes' : 'no',
  })),
);

/** In each of four stores price and visits mean something else; colour and region mean nothing. */
const SLOPES = [
  [1, 0.2],
  [-0.8, 0.6],
  [0.1, -1],
  [0.5, 1],
] as const;
const draws = seededDraws(17);
const SALES = csvOf(
  Array.from({ length: 1200 }, () => {
    const store = draws.integer(SLOPES.length);
    const [ofPrice, ofVisits] = SLOPES[store] as (typeof SLOPES)[number];
    const [price, visits] = [draws.normal(), draws.normal()];
    const sold = ofPrice * price + ofVisits * visits + 0.5 * draws.normal();
    const colour = ['blue', 'red'][draws.integer(2)] as string;
    const region = ['east', 'north', 'west'][draws.integer(3)] as string;
    return { store: `s${store + 1}`, colour, region, price, visits, sold };
  }),
);

function shopsSpec(wishes: Partial<SpecWishes> = {}): string {
  return partita.writeSpec({
    data: { source: { kind: 'csv', path: partita.write('shops.csv', SHOPS) } },
    partition: { by: 'shop', min_rows: 40 },
    target: { column: 'sold', task: 'classification' },
    algorithms: ['baseline', { decision_tree: { max_depth: 2 } }],
    ...wishes,
  });
}

describe('looking before a run', () => {
  it('plans a file: what each partition will be, and how many fits that takes', async () => {
    const plan = await partita.json<RunPlan>('plan', shopsSpec());
    expect(plan.partitions.map(({ partition, decision }) => [partition, decision.kind])).toEqual([
      ['shop=north', 'train'],
      ['shop=south', 'global'],
      ['shop=west', 'global'],
    ]);
    const balance = plan.partitions.map(({ classes }) =>
      Object.fromEntries(classes.map(({ label, rows }) => [label, rows])),
    );
    expect(balance).toEqual([{ yes: 40, no: 40 }, { yes: 4, no: 4 }, { yes: 40 }]);
    expect(plan.partitions.map(({ missing }) => missing)).toEqual([0, 0, 0]);
    // One partition and the model without partition: 2 candidates × 3 folds and the final fit each.
    expect([plan.fits, plan.knownFits]).toEqual([14, 0]);
    expect([plan.estimateBasis, plan.estimatedSeconds > 0]).toEqual(['cost_model', true]);
  });

  it('advises on the key of sales as the README shows it', async () => {
    partita.write('sales.csv', SALES);
    const spec = partita.writeSpec({
      data: { source: { kind: 'csv', path: 'sales.csv' } },
      partition: { by: 'region' },
      target: { column: 'sold', task: 'regression' },
    });
    const { stdout, stderr } = await partita.command('advise', spec);
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    const [, shown] = /Of made-up sales[^`]*```\n(.*?)```/s.exec(readme) ?? [];
    // Its numbers follow every change of how models are fitted; what it says and in which order does not.
    const withoutNumbers = (text = '') =>
      text.replace(/[-+−]?\d[\d.\s]*/g, '# ').replace(/\s+/g, ' ');
    expect(withoutNumbers(stdout), `${stdout}${stderr}`).toBe(withoutNumbers(shown));
  });

  it('advises on the key of a file: none where shops are all the same, and why a column is none', async () => {
    const advice = await partita.json<Advice>('advise', shopsSpec());
    expect(advice.advice).toEqual({ partition: null, because: 'same' });
    expect(advice.divisions.map(({ by, isAsWritten, own }) => [by, isAsWritten, own])).toEqual([
      [['shop'], true, 2],
    ]);
    expect([advice.rows, advice.sampled, advice.withoutPartition.fits]).toEqual([128, 128, 7]);
    expect(advice.notTried.map(({ column }) => column)).toEqual(['price']);
  });

  it('warns of what the run would warn of', async () => {
    const leaking = SHOPS.split('\n').map((line) => line.replace(/,("?\w+"?)$/, ',$1,$1'));
    partita.write('leaking.csv', leaking.join('\n').replace('"sold","sold"', '"sold","receipt"'));
    const spec = shopsSpec({
      name: 'leaking',
      data: { source: { kind: 'csv', path: 'leaking.csv' } },
    });
    const { warnings } = await partita.json<RunPlan>('plan', spec);
    expect(warnings).toEqual([expect.stringMatching(/receipt.*\(in .*north/)]);
  });

  it('warns of an algorithm that takes fewer rows than it would get', async () => {
    const many = Array.from({ length: 2400 }, (_, i) => ({
      shop: i < 2300 ? 'north' : 'south',
      price: (i * 37) % 1009,
      sold: (i * 37) % 1009 < 500 ? 'yes' : 'no',
    }));
    partita.write('many.csv', csvOf(many));
    const spec = shopsSpec({
      data: { source: { kind: 'csv', path: 'many.csv' } },
      algorithms: ['baseline', 'mljs/random_forest'],
    });
    const { warnings } = await partita.json<RunPlan>('plan', spec);
    const refused = warnings.filter((warning) => warning.startsWith('mljs/random_forest takes'));
    expect(refused).toEqual([
      expect.stringMatching(
        /at most 1000 training rows and would get 1280 in the model without partition and 1 more: it will fail there\. Remove it from algorithms, or lower global\.max_rows\./,
      ),
    ]);
  });

  it('tells which partitions can not be profiled', async () => {
    const limits = { per_partition: { seconds: 1e-6 } };
    const { partitions } = await partita.json<RunPlan>('plan', shopsSpec({ limits }));
    expect(partitions.map(({ decision }) => decision)).toEqual(
      partitions.map(() => ({ kind: 'fail', reason: 'timeout' })),
    );
  });

  it('prints all of a long answer into a pipe before it ends', async () => {
    const algorithms = Array.from({ length: 2000 }, (_, i) => `no_such_algorithm_${i}`);
    const { stdout } = await partita.piped('validate', shopsSpec({ algorithms }), '--json');
    const { problems } = JSON.parse(stdout).error;
    expect(problems.map(({ message }: { message: string }) => message).join('\n')).toContain(
      algorithms.at(-1),
    );
  });

  it('debugs a partition of a file: its steps, and what is known of its rows', async () => {
    const { code, stderr } = await partita.command('debug', shopsSpec(), '--partition', 'north');
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
  });

  it('stops for a debugger on loopback before the function, and goes on when told to', async () => {
    const asked = ['debug', shopsSpec(), '--partition', 'north', '--stage', 'profile', '--inspect'];
    const debugging = await partita.start(...asked, '0');
    const [, host = '', port = ''] = await debugging.says(/debugger on (127\.0\.0\.1):(\d+)/);
    const taken = await partita.command(...asked, port);
    expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining(`port ${port} is in`)]);

    const debuggerProgram = spawn(process.execPath, ['inspect', `${host}:${port}`]);
    const stopped = new Promise<string>((resolve) => {
      let told = '';
      debuggerProgram.stdout.setEncoding('utf8').on('data', (text: string) => {
        told += text;
        if (/break in [^]*>\d+ +debugger;/.test(told)) resolve(told);
      });
    });
    // It has stopped at our line, and waits; where it ends instead, nothing was told.
    const told = await Promise.race([stopped, debugging.ended.then(({ stderr }) => stderr)]);
    debuggerProgram.stdin.write('cont\n');
    // A debugger that leaves while kernels compile can take Node 20 with it: SIGSEGV in V8, about one time in a hundred.
    await debugging.says(/Waiting for the debugger to disconnect/);
    debuggerProgram.kill();
    const { code, stdout, stderr } = await debugging.ended;
    expect(code, stderr).toBe(0);
    expect(told).toMatch(/break in [^]*>\d+ +debugger;/);
    expect(stdout).toContain('profile');
  });

  it('starts no server and leaves no rows behind for either', () => {
    const folder = join(partita.folder, '.partita');
    expect(readdirSync(folder)).toEqual(['objects']);
    expect(readdirSync(join(folder, 'objects', 'incoming'))).toEqual([]);
  });
});
