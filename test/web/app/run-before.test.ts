import { describe, expect, it } from 'vitest';
import { runBefore } from '../../../src/web/app/pages/home/run-before.ts';

const run = (experiment: string, status: 'SUCCEEDED' | 'PARTIAL' | 'FAILED' | 'RUNNING') => ({
  experiment,
  status,
});

describe('the run that one is compared with', () => {
  it('is the last of its experiment that came to answers', () => {
    const partial = run('sales', 'PARTIAL');
    const now = run('sales', 'SUCCEEDED');
    const runs = [now, run('sales', 'FAILED'), run('stock', 'SUCCEEDED'), partial];
    expect(runBefore(now, [...runs, run('sales', 'SUCCEEDED')])).toBe(partial);
  });

  it('is none where no earlier one did', () => {
    const now = run('sales', 'SUCCEEDED');
    expect(runBefore(now, [run('sales', 'SUCCEEDED'), now, run('sales', 'RUNNING')])).toBe(
      undefined,
    );
  });
});
