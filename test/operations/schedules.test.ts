import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OperationContext } from '../../src/operations/context.ts';
import { type ScheduleRequest, schedules } from '../../src/operations/schedules.ts';
import { experiment } from '../../src/spec/parse-spec.ts';
import type { NewSchedule } from '../../src/temporal/schedules.ts';
import { testFolder } from '../support/test-folder.ts';

type Partition = Parameters<typeof experiment>[0]['partition'];

function requestOf(baseFolder: string, partition: Partition = { by: 'store' }): ScheduleRequest {
  const { spec, digest } = experiment({
    version: 1,
    name: 'stores',
    data: { source: { kind: 'csv', path: 'stores.csv' } },
    partition,
    target: { column: 'y', task: 'classification' },
  });
  const timing = { kind: 'every', ms: 86_400_000 } as const;
  return { spec, digest, baseFolder, name: 'daily', timing, policy: 'drifted', catchUpMs: 60_000 };
}

/** Schedules that are kept in memory, as Temporal keeps them. */
function schedulesInMemory() {
  const live = new Map<string, NewSchedule['memo']>();
  const on = {
    user: 'tester',
    snapshotRequest: () => ({}),
    audit: { append: async () => undefined },
    temporal: async () => ({
      schedules: {
        create: async ({ memo, input }: NewSchedule) => {
          const isNew = !live.has(input.schedule);
          if (isNew) live.set(input.schedule, memo);
          return isNew;
        },
        describe: async (name: string) => ({ name, ...live.get(name) }),
      },
    }),
  } as unknown as OperationContext;
  return schedules(
    (work) => work(on),
    async () => undefined,
  );
}

describe('a schedule', () => {
  it('is the same again in its folder only: the same spec reads other data elsewhere', async () => {
    const [dev, prod] = ['dev', 'prod'].map((name) => {
      const folder = join(testFolder(), name);
      mkdirSync(folder);
      writeFileSync(join(folder, 'stores.csv'), 'store,a,y\ns,1,up\n');
      return folder;
    }) as [string, string];
    const made = schedulesInMemory();
    expect(await made.create(requestOf(dev))).toMatchObject({ name: 'daily', baseFolder: dev });
    expect(await made.create(requestOf(dev))).toMatchObject({ baseFolder: dev });
    await expect(made.create(requestOf(prod))).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining('another spec, folder, timing or policy') as string,
    });
  });

  it('of what has drifted can keep no model where all partitions are split at the same moments', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'stores.csv'), 'store,a,y\ns,1,up\n');
    const asked = requestOf(folder);
    const spec = { ...asked.spec, validate: { ...asked.spec.validate, scheme: 'time' as const } };
    await expect(schedulesInMemory().create({ ...asked, spec })).rejects.toMatchObject({
      kind: 'invalid-spec',
      message: expect.stringMatching(/`validate\.scheme: time`.*--policy changed/) as string,
    });
    const changed = { ...asked, spec, policy: 'changed' } as const;
    expect(await schedulesInMemory().create(changed)).toMatchObject({ policy: 'changed' });
    const cut = requestOf(folder, { by: 'a', bins: { a: { count: 4 } } });
    expect(await schedulesInMemory().create(cut)).toMatchObject({ policy: 'drifted' });
  });
});
