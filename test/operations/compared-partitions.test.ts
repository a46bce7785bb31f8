import { expect, it } from 'vitest';
import type { OperationContext } from '../../src/operations/context.ts';
import { runFacts } from '../../src/operations/run-facts.ts';

it('partitions that a run has not are not looked for in it', async () => {
  const asked: string[] = [];
  const context = {
    runs: { run: (runId: string) => Promise.resolve({ runId }) },
    facts: {
      partitionCells: (run: string) => {
        asked.push(run);
        return Promise.resolve([]);
      },
    },
  };
  const facts = runFacts((work) => work(context as unknown as OperationContext));
  const page = { after: -1, limit: 10 };
  await facts.comparedPartitions('one', 'other', { ...page, isNew: true });
  expect(asked.splice(0)).toEqual(['other']);
  await facts.comparedPartitions('one', 'other', page);
  expect(asked).toEqual(['other', 'one']);
});
