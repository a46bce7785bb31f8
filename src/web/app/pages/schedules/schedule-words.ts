import { countedText } from '../../../../report/number-text.ts';
import type { Answer, Schedule } from '../../api/answers.ts';

const UNITS = [
  { ms: 604_800_000, noun: 'week' },
  { ms: 86_400_000, noun: 'day' },
  { ms: 3_600_000, noun: 'hour' },
  { ms: 60_000, noun: 'minute' },
  { ms: 1000, noun: 'second' },
] as const;

/** `every day`, `every 6 hours`, `at 0 6 * * MON (UTC)`. */
export function timingText(timing: Schedule['timing']): string {
  if (timing.kind === 'cron') return `at ${timing.cron} (${timing.timezone})`;
  const unit = UNITS.find(({ ms }) => timing.ms % ms === 0);
  if (unit === undefined) return `every ${timing.ms} ms`;
  const count = timing.ms / unit.ms;
  return count === 1 ? `every ${unit.noun}` : `every ${countedText(count, unit.noun)}`;
}

export const POLICY_WORDS: { readonly [policy in Schedule['policy']]: string } = {
  all: 'every partition',
  changed: 'partitions with other rows than before',
  drifted: 'partitions that have drifted',
};

type Firings = Pick<
  Answer<'GET /schedules/{schedule}'>,
  'fired' | 'overlapped' | 'missed' | 'running'
>;

/** How often it fired, and why it did not. */
export function firingsText({ fired, overlapped, missed, running }: Firings): string {
  const parts = [
    fired === 0 ? 'It has not fired yet' : `It has fired ${countedText(fired, 'time')}`,
    ...(overlapped === 0 ? [] : [`${countedText(overlapped, 'time')} left out while one went on`]),
    ...(missed === 0 ? [] : [`${countedText(missed, 'time')} missed while nobody was there`]),
    ...(running === 0 ? [] : ['one goes on now']),
  ];
  return `${parts.join('; ')}.`;
}
