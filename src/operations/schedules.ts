import { Failure } from '../domain/failure.ts';
import { asJson } from '../domain/json.ts';
import { SCHEDULE_NAME, type SchedulePolicy, type Timing } from '../domain/schedule.ts';
import { checkSource } from '../sources/check-source.ts';
import type { Spec } from '../spec/spec.ts';
import type { FiringCounts, LiveSchedule, ScheduleMemo } from '../temporal/schedules.ts';
import type { OperationContext } from './context.ts';
import { askedBy } from './model-sets.ts';
import type { Asker, PreparedSpec, RunSummary } from './requests.ts';
import { listRuns } from './runs.ts';

export type ScheduleRequest = PreparedSpec & {
  readonly name: string;
  readonly timing: Timing;
  readonly policy: SchedulePolicy;
  /** A firing that nobody was there for is made up for within this time, milliseconds. */
  readonly catchUpMs: number;
};

export type ScheduleState = LiveSchedule & FiringCounts;

/** A schedule with the runs that it began, the newest first. */
export type ScheduleView = ScheduleState & { readonly runs: readonly RunSummary[] };

/** Runs again and again, on data read anew each time; who asks is on record. */
export interface Schedules {
  /** The same again is a no-op. Throws `Failure('conflict')` where one of that name is another. */
  create(request: ScheduleRequest, by?: Asker): Promise<ScheduleState>;
  list(): Promise<readonly LiveSchedule[]>;
  /** Names of those that were made with a key, or without one, that is ours no more: each can only be deleted. */
  unreadable(): Promise<readonly string[]>;
  /** Throws `Failure('not-found')` for a name that there is not, as do all that follow. */
  show(name: string): Promise<ScheduleView>;
  pause(name: string, by?: Asker): Promise<ScheduleState>;
  resume(name: string, by?: Asker): Promise<ScheduleState>;
  /** Fires now. Throws `Failure('conflict')` while a firing goes on. */
  trigger(name: string, by?: Asker): Promise<ScheduleState>;
  /** It fires no more; what it began goes on and stays. */
  delete(name: string, by?: Asker): Promise<void>;
}

/** Runs that `show` names. */
const SHOWN_RUNS = 10;
/** A workflow's input may not be larger: a spec that lists columns by the thousand. */
const MAX_SPEC_BYTES = 64 * 1024;
const LEAST_MS = 60_000;

type Act = <R>(work: (on: OperationContext) => Promise<R>) => Promise<R>;

export function schedules(act: Act, lendSecrets: (spec: Spec) => Promise<void>): Schedules {
  /** `change`: in Temporal; what came of it is recorded. */
  const changed = (
    name: string,
    action: 'pause' | 'resume' | 'trigger',
    by: Asker | undefined,
    change: (on: OperationContext, note: string) => Promise<void>,
  ): Promise<ScheduleState> =>
    act(async (on) => {
      const { actor, reason } = askedBy(on, by);
      // One that can't be read is refused before anything is done to it.
      await (await on.temporal()).schedules.describe(name);
      await change(on, reason === null ? `${action} by ${actor}` : `${reason} (${actor})`);
      await record(on, action, name, by);
      return (await on.temporal()).schedules.describe(name);
    });
  return {
    create: async (request, by) => {
      checkRequest(request);
      await lendSecrets(request.spec);
      return act((on) => createSchedule(on, request, by));
    },
    unreadable: () => act(async (on) => (await on.temporal()).schedules.unreadable()),
    list: () => act(async (on) => (await on.temporal()).schedules.list()),
    show: (name) =>
      act(async (on) => {
        const schedule = await (await on.temporal()).schedules.describe(name);
        return { ...schedule, runs: await listRuns(on, { limit: SHOWN_RUNS, schedule: name }) };
      }),
    pause: (name, by) =>
      changed(name, 'pause', by, async (on, note) =>
        (await on.temporal()).schedules.pause(name, note),
      ),
    resume: (name, by) =>
      changed(name, 'resume', by, async (on, note) =>
        (await on.temporal()).schedules.resume(name, note),
      ),
    trigger: (name, by) => changed(name, 'trigger', by, (on) => fireNow(on, name)),
    delete: (name, by) =>
      act(async (on) => {
        await (await on.temporal()).schedules.delete(name);
        await record(on, 'delete', name, by);
      }),
  };
}

function checkRequest({ name, timing, spec, policy }: ScheduleRequest): void {
  if (!SCHEDULE_NAME.test(name))
    throw new Failure(
      'usage',
      `"${name}" can't name a schedule: up to 63 letters, digits, dots, dashes and underscores, such as --name nightly.`,
    );
  if (timing.kind === 'every' && timing.ms < LEAST_MS)
    throw new Failure('usage', 'A schedule fires at most once a minute: --every 1min or longer.');
  if (policy === 'drifted') checkPartitionsStay(spec);
  const bytes = Buffer.byteLength(JSON.stringify(spec));
  if (bytes > MAX_SPEC_BYTES)
    throw new Failure(
      'limit-exceeded',
      `The spec takes ${bytes} bytes with its defaults, and a schedule keeps at most ${MAX_SPEC_BYTES}.`,
    );
}

/** Throws `Failure('invalid-spec')` where any new row changes what all partitions are trained on. */
function checkPartitionsStay({ validate }: Spec): void {
  if (validate.scheme !== 'time') return;
  throw new Failure(
    'invalid-spec',
    '`validate.scheme: time` splits all partitions at the same moments, which move with new rows, so that none can keep its model: use --policy changed.',
  );
}

async function createSchedule(
  on: OperationContext,
  { name, timing, policy, catchUpMs, spec, digest, baseFolder }: ScheduleRequest,
  by: Asker | undefined,
): Promise<ScheduleState> {
  await checkSource(spec.data.source, baseFolder, on.snapshotRequest(spec, baseFolder).sourceUrl);
  const { schedules: live } = await on.temporal();
  const { actor: requestedBy } = askedBy(on, by);
  const memo = {
    experiment: spec.name,
    policy,
    timing,
    catchUpMs,
    specDigest: digest,
    baseFolder,
    requestedBy,
  };
  const input = { schedule: name, policy, spec, specDigest: digest, baseFolder, requestedBy };
  const isNew = await live.create({ memo, input });
  const schedule = await live.describe(name);
  if (isNew) await record(on, 'create', name, by, memo);
  else if (!isSame(schedule, memo))
    throw new Failure(
      'conflict',
      `There is a schedule "${name}" with another spec, folder, timing or policy: delete it first, or choose another name with --name.`,
    );
  return schedule;
}

function isSame(a: ScheduleMemo, b: ScheduleMemo): boolean {
  const facts = ({ policy, timing, catchUpMs, specDigest, baseFolder }: ScheduleMemo) =>
    JSON.stringify([policy, timingText(timing), catchUpMs, specDigest, baseFolder]);
  return facts(a) === facts(b);
}

function timingText(timing: Timing): string {
  return timing.kind === 'every' ? `${timing.ms}` : `${timing.cron} ${timing.timezone}`;
}

async function fireNow(on: OperationContext, name: string): Promise<void> {
  const { schedules: live } = await on.temporal();
  const { running } = await live.describe(name);
  if (running > 0)
    throw new Failure(
      'conflict',
      `A run of schedule "${name}" still goes on, and two never overlap: \`partita schedule show ${name}\` names it.`,
    );
  await live.trigger(name);
}

async function record(
  on: OperationContext,
  action: string,
  name: string,
  by: Asker | undefined,
  after?: ScheduleMemo,
): Promise<void> {
  const { actor, role, reason } = askedBy(on, by);
  await on.audit.append({
    actor,
    role,
    action: `schedule.${action}`,
    target: { schedule: name },
    reason,
    ...(after !== undefined && { after: asJson(after) }),
  });
}
