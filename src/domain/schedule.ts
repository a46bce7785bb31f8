/** What a firing fits again: everything, what has changed since any earlier run, or what has drifted since the last one. */
export const SCHEDULE_POLICIES = ['all', 'changed', 'drifted'] as const;
export type SchedulePolicy = (typeof SCHEDULE_POLICIES)[number];

/** When a schedule fires: at equal distances (milliseconds), or by the calendar. */
export type Timing =
  | { readonly kind: 'every'; readonly ms: number }
  | { readonly kind: 'cron'; readonly cron: string; readonly timezone: string };

/** Names are parts of ids, and of what people type. */
export const SCHEDULE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** The idempotency key of the run that a firing begins; without a firing how those of the schedule begin. */
export function firingKey(schedule: string, firing = ''): string {
  return `schedule ${schedule} ${firing}`;
}
