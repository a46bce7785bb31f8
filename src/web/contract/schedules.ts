import { z } from 'zod';
import { SCHEDULE_NAME, SCHEDULE_POLICIES } from '../../domain/schedule.ts';
import { timezoneName } from '../../spec/timezone.ts';
import type { Endpoint } from './endpoint.ts';
import { count, digest, moment, momentOrNull, next, pageQuery, runParams } from './fields.ts';
import { ifMatch, runSummary, specData, specText } from './runs.ts';

const name = z.string().regex(SCHEDULE_NAME);
const params = z.strictObject({ schedule: name.describe('Its name.') });
const reason = z.string().max(2000).optional().describe('Kept in the audit trail.');
const DAY_MS = 86_400_000;
const longest = 366 * DAY_MS;

const timing = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('every'), ms: z.int().min(60_000).max(longest) }),
  z.strictObject({
    kind: z.literal('cron'),
    cron: z.string().min(1).max(200).describe('Minute, hour, day of month, month and day of week.'),
    timezone: timezoneName.default('UTC'),
  }),
]);

const wishes = {
  name: name.optional().describe("Its name; left out: the experiment's."),
  timing,
  policy: z
    .enum(SCHEDULE_POLICIES)
    .optional()
    .describe('What a firing fits again: `changed`, unless said otherwise.'),
  catchUpMs: z
    .int()
    .min(0)
    .max(longest)
    .optional()
    .describe('A firing that nobody was there for is made up for within this time; a day.'),
  reason,
};

/** Its spec and its folder as they are stored. */
const ofRun = z.strictObject({ run: runParams.shape.run });

const schedule = z
  .strictObject({
    name: z.string(),
    experiment: z.string(),
    policy: z.enum(SCHEDULE_POLICIES),
    timing: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('every'), ms: count }),
      z.strictObject({ kind: z.literal('cron'), cron: z.string(), timezone: z.string() }),
    ]),
    catchUpMs: count,
    specDigest: digest,
    requestedBy: z.string(),
    paused: z.boolean(),
    /** Why, in the words of who paused or resumed it. */
    note: z.string().nullable(),
    /** The next firings; none while it is paused. */
    next: z.array(moment),
    last: momentOrNull,
  })
  .meta({ id: 'Schedule', description: 'Runs again and again, on data read anew each time.' });

const state = schedule
  .extend({
    fired: count,
    /** Left out, since the one before still went on. */
    overlapped: count,
    /** Left out, since nobody was there for longer than it catches up with. */
    missed: count,
    running: count,
  })
  .meta({ id: 'ScheduleState' });

const change = { role: 'editor', params, headers: ifMatch } as const;
const because = z.strictObject({ reason });

export const scheduleEndpoints = {
  'GET /schedules': {
    summary: 'Schedules by name, each with its last and next firing.',
    role: 'viewer',
    query: pageQuery(200, 50),
    answer: z
      .strictObject({
        schedules: z.array(schedule),
        next,
        unreadable: z
          .array(z.string())
          .describe('Names of those that the payload keys of the server do not read.'),
      })
      .meta({ id: 'Schedules' }),
  },
  'POST /schedules': {
    summary:
      'Begins a schedule of a spec, or of what a run was started with; the same again changes nothing.',
    role: 'editor',
    body: z.union([specText.extend(wishes), specData.extend(wishes), ofRun.extend(wishes)]),
    answer: state,
    status: 201,
  },
  'GET /schedules/{schedule}': {
    summary:
      'A schedule and the newest runs that it began. Its `ETag` changes when it fires or is changed.',
    role: 'viewer',
    params,
    answer: state.extend({ runs: z.array(runSummary) }).meta({ id: 'ScheduleWithRuns' }),
  },
  'POST /schedules/{schedule}/pause': {
    summary: 'It fires no more, until it is resumed.',
    ...change,
    body: because,
    answer: state,
  },
  'POST /schedules/{schedule}/resume': {
    summary: 'It fires again.',
    ...change,
    body: because,
    answer: state,
  },
  'POST /schedules/{schedule}/trigger': {
    summary: 'It fires now, beside its times.',
    ...change,
    body: because,
    answer: state,
  },
  'DELETE /schedules/{schedule}': {
    summary: 'Ends it; what it began goes on, and its runs stay.',
    ...change,
    query: z.strictObject({ reason }),
    answer: z.strictObject({}),
  },
} as const satisfies { readonly [key: string]: Endpoint };
