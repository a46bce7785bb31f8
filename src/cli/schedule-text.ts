import { printable } from '../domain/printable.ts';
import type { Timing } from '../domain/schedule.ts';
import type { ScheduleView } from '../operations/schedules.ts';
import { countText, roughDurationText } from '../report/number-text.ts';

type Schedule = Omit<ScheduleView, 'runs' | 'fired' | 'overlapped' | 'missed' | 'running'>;

/** One schedule on one line. */
export function scheduleLine(schedule: Schedule): string {
  const { name, experiment, policy, timing, paused, next, last } = schedule;
  const [soonest] = next;
  const when = paused ? 'paused' : `next ${momentText(soonest)}`;
  const before = last === null ? 'never fired' : `last ${momentText(last)}`;
  const what = experiment === name ? '' : `  ${experiment}`;
  return printable(`${name}${what}  ${timingText(timing)}, ${policy}  ${when}, ${before}`, 400);
}

/** The same with its runs. */
export function scheduleText(schedule: ScheduleView): string {
  const { requestedBy, note, catchUpMs, fired, overlapped, missed, running, runs } = schedule;
  return [
    scheduleLine(schedule),
    ` of ${printable(requestedBy)}; what was missed is made up for within ${roughDurationText(catchUpMs)}`,
    ...(note === null ? [] : [` note: ${printable(note, 400)}`]),
    ` fired ${countText(fired)} times; left out ${countText(overlapped)} while one went on, ${countText(missed)} that came too late; ${countText(running)} going on`,
    ...runs.map(
      ({ runId, status, createdAt }) => `  run ${runId}  ${status}  ${momentText(createdAt)}`,
    ),
    '',
  ].join('\n');
}

function timingText(timing: Timing): string {
  if (timing.kind === 'every') return `every ${roughDurationText(timing.ms)}`;
  return `"${timing.cron}" ${timing.timezone}`;
}

function momentText(at: string | undefined): string {
  return at === undefined ? 'never' : `${at.slice(0, 19)}Z`;
}
