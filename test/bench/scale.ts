/**
 * `npm run bench -- scale [--partitions 1000,100000] [--rows 60] [--rounds 1]`: one run of `partita run` with logistic
 * regression and a tree for each number of partitions, alone: time and processor time of a partition against that of the
 * first number, memory of every process, and what the run left in Temporal's history and on the page.
 */
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFanoutCsv } from './fanout-data.ts';
import { type HistorySize, historySizes } from './history-sizes.ts';
import { OurStack } from './our-stack.ts';
import type { ProcessUsage } from './process-watch.ts';

const { values } = parseArgs({
  options: {
    partitions: { type: 'string', default: '1000,100000' },
    rows: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '1' },
  },
});

type Measured = {
  readonly partitions: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
};

const stack = new OurStack('scale');

try {
  stack.up();
  for (let round = 0; round < Number(values.rounds); round++) await oneRound(round);
} finally {
  stack.close();
}

async function oneRound(round: number): Promise<void> {
  let first: Measured | undefined;
  for (const partitions of values.partitions.split(',').map(Number)) {
    const data = join(stack.folder, `${partitions}.csv`);
    const shape = { partitions, rows: Number(values.rows), features: 5, seed: 7 + round };
    await writeFanoutCsv(data, shape);
    const measured = await measure(data, partitions, round);
    first ??= measured;
    print(measured, first);
    rmSync(data);
  }
}

async function measure(data: string, partitions: number, round: number): Promise<Measured> {
  const spec = join(stack.folder, 'scale.partita.yaml');
  writeFileSync(spec, specText(data, round));
  const ran = await stack.measure('run', spec, '--json', '--no-reuse');
  const { output, processes, ...usage } = ran;
  const result = JSON.parse(output.trim().split('\n').at(-1) ?? '');
  console.log(`${partitions} partitions: timings ${JSON.stringify(result.timings)}`);
  printProcesses(processes);
  printLeft(result.runId, await historySizes(temporalAddress(), `run:${result.runId}`));
  return { partitions, ...usage };
}

function specText(data: string, round: number): string {
  return JSON.stringify({
    version: 1,
    name: 'scale',
    data: { source: { kind: 'csv', path: data } },
    partition: { by: 'segment', max: 1_000_000 },
    target: { column: 'label', task: 'classification' },
    algorithms: ['logistic', 'decision_tree'],
    metric: 'accuracy',
    seed: 100 + round,
  });
}

/** What a long run may not outgrow: executions' histories (10,240 events, 10 MB), the page, the answers of the command line. */
function printLeft(runId: string, histories: readonly HistorySize[]): void {
  const most = (pick: (one: HistorySize) => number) => Math.max(...histories.map(pick));
  const kb = (bytes: number) => `${(bytes / 1024).toFixed(0)} kB`;
  const shown = stack.command('runs', 'show', runId, '--json');
  const page = join(stack.folder, 'page.html');
  stack.command('report', runId, '--out', page);
  console.log(
    `        ${histories.length} executions, at most ${most((one) => one.events)} events, ${kb(most((one) => one.bytes))}, event ${kb(most((one) => one.largestEvent))}; \`runs show --json\` ${kb(Buffer.byteLength(shown))}, report ${kb(statSync(page).size)}`,
  );
}

function temporalAddress(): string {
  const temporal = stack.parts().find(({ name }) => name === 'temporal');
  return `127.0.0.1:${temporal?.ports?.['grpc']}`;
}

function printProcesses(processes: readonly ProcessUsage[]): void {
  for (const { name, mb, cpuSeconds } of processes) {
    if (cpuSeconds < 0.5) continue;
    console.log(
      `        ${mb.toFixed(0).padStart(5)} MB ${cpuSeconds.toFixed(1).padStart(6)} s cpu  ${name.slice(0, 90)}`,
    );
  }
}

function print(one: Measured, first: Measured): void {
  const each = (pick: (measured: Measured) => number) => {
    const ms = (measured: Measured) => (1000 * pick(measured)) / measured.partitions;
    return `${ms(one).toFixed(2)} ms each (${(ms(one) / ms(first)).toFixed(2)})`;
  };
  console.log(
    `${one.partitions} partitions: ${one.seconds.toFixed(1)} s, ${each(({ seconds }) => seconds)}; processor time ${each(({ cpuSeconds }) => cpuSeconds)}; ${one.peakMb.toFixed(0)} MB`,
  );
}
