import { PassThrough } from 'node:stream';
import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import { createProgress } from '../../src/cli/progress.ts';
import type { RunState } from '../../src/operations/requests.ts';
import { stateOf } from './fake-services.ts';

const training = (trained: number, more: Partial<RunState> = {}) =>
  stateOf({ status: 'RUNNING', stage: 'train', partitions: 1000, trained, ...more });

function watched(isInteractive: boolean) {
  const clock = { ms: 0 };
  const lines: string[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 120 });
  const progress = createProgress({
    now: () => clock.ms,
    terminal: {
      data: () => undefined,
      say: (line) => {
        lines.push(line);
      },
      progressStream: stream,
      isInteractive,
      isDataInteractive: false,
      colors: createColors(false),
    },
  });
  return { clock, lines, progress, drawn: () => String(stream.read() ?? '') };
}

describe('progress in plain lines', () => {
  it('writes one line per tenth of a stage, with counts, speed and the remaining time', () => {
    const { clock, lines, progress } = watched(false);
    for (let trained = 0; trained <= 1000; trained += 5) {
      clock.ms = trained * 20;
      progress.show(training(trained, { failed: 0 }));
    }
    expect(lines).toHaveLength(11);
    expect(lines[0]).toBe('train: 0 of 1000 partitions (0 %)');
    expect(lines[4]).toBe('train: 400 of 1000 partitions (40 %), 50/s, about 12 s left');
  });

  it('counts failed partitions as done and names them', () => {
    const { lines, progress } = watched(false);
    const batches = { done: 1, running: 3, total: 9 };
    progress.show(training(10, { failed: 2, batches }));
    expect(lines).toEqual(['train: 12 of 1000 partitions (1 %), 2 failed']);
  });

  it('shows how far a cluster is, and says once why something waits', () => {
    const { lines, progress } = watched(false);
    progress.show(training(0, { cluster: { tasks: 16, done: 5 } }));
    for (let i = 0; i < 3; i++) progress.show(training(0, { trouble: 'Spark is away.' }));
    expect(lines).toEqual([
      'train: 0 of 1000 partitions (0 %), Spark 5 of 16 tasks',
      'train, trying again: Spark is away.',
    ]);
  });

  it('writes a line after half a minute of silence, and at every new stage', () => {
    const { clock, lines, progress } = watched(false);
    progress.show(stateOf({ status: 'PENDING' }));
    progress.show(stateOf({ status: 'RUNNING', stage: 'snapshot' }));
    progress.show(training(0));
    clock.ms = 29_000;
    progress.show(training(1));
    clock.ms = 31_000;
    progress.show(training(2));
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'waiting for a worker',
      'snapshot',
      'train',
      'train',
    ]);
    expect(lines[3]).toContain('2 of 1000');
  });

  it('counts nothing in a stage that is one step', () => {
    const { lines, progress } = watched(false);
    const batches = { done: 7, running: 0, total: 7 };
    progress.show(stateOf({ status: 'RUNNING', stage: 'choose', batches }));
    expect(lines).toEqual(['choose']);
  });

  it('says that a run is paused', () => {
    const { lines, progress } = watched(false);
    progress.show(training(0));
    progress.show(training(0, { paused: true }));
    expect(lines[1]).toBe('train (paused): 0 of 1000 partitions (0 %)');
  });
});

describe('progress as a bar', () => {
  it('is drawn in place on the terminal and cleared at the end', () => {
    const { progress, drawn, lines } = watched(true);
    progress.show(training(250, { failed: 50 }));
    expect(drawn()).toMatch(/train\s+.*300\/1000 partitions · 50 failed/);
    progress.stop();
    expect(lines).toEqual([]);
  });

  it('stops quietly when it never began', () => {
    const { progress, drawn } = watched(true);
    progress.stop();
    expect(drawn()).toBe('');
  });
});
