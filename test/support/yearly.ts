import { experiment } from '../../src/spec/parse-spec.ts';
import type { NewSchedule } from '../../src/temporal/schedules.ts';

/** A schedule of that name that no test lives to see fire. */
export function yearly(schedule: string): NewSchedule {
  const { spec, digest: specDigest } = experiment({
    version: 1,
    name: 'asset-status',
    data: { source: { kind: 'csv', path: 'assets.csv' } },
    partition: { by: 'asset' },
    target: { column: 'status', task: 'classification' },
  });
  const about = { policy: 'all', specDigest, baseFolder: '/', requestedBy: 'edda' } as const;
  const timing = { kind: 'cron', cron: '0 3 1 1 *', timezone: 'UTC' } as const;
  return {
    memo: { ...about, experiment: spec.name, timing, catchUpMs: 60_000 },
    input: { ...about, schedule, spec },
  };
}
