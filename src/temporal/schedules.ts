import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleClient,
  type ScheduleDescription,
  type ScheduleHandle,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleSummary,
  ServiceError,
} from '@temporalio/client';
import type { ScheduledInput } from '../../workflows/messages.ts';
import { Failure } from '../domain/failure.ts';
import type { SchedulePolicy, Timing } from '../domain/schedule.ts';
import { type PayloadKeys, TASK_QUEUE } from './connection.ts';
import { tolerantConverter } from './payload-codec.ts';
import type { Tracing } from './tracing.ts';

/** What people know a schedule by, kept beside it. */
export type ScheduleMemo = {
  readonly experiment: string;
  readonly policy: SchedulePolicy;
  readonly timing: Timing;
  readonly catchUpMs: number;
  readonly specDigest: string;
  /** Where relative paths of the source start. */
  readonly baseFolder: string;
  readonly requestedBy: string;
};

export type NewSchedule = {
  readonly memo: ScheduleMemo;
  readonly input: ScheduledInput;
};

/** How a schedule stands. Times are ISO 8601. */
export type LiveSchedule = ScheduleMemo & {
  readonly name: string;
  readonly paused: boolean;
  /** Why, in the words of who paused or resumed it; null: nobody has. */
  readonly note: string | null;
  /** The next ones; none while it is paused. */
  readonly next: readonly string[];
  readonly last: string | null;
};

/** How often it has fired, and why it has not. */
export type FiringCounts = {
  readonly fired: number;
  /** The one before was still going on. */
  readonly overlapped: number;
  /** Nobody was there to fire it, for longer than it catches up with. */
  readonly missed: number;
  readonly running: number;
};

const ID = 'schedule:';
const WORKFLOW = 'scheduledRun';
/** gRPC's status for what a server can't make sense of. */
const INVALID_ARGUMENT = 3;

/** The schedules that Temporal keeps. A firing that would overlap another one is left out. */
export class LiveSchedules {
  readonly #client: ScheduleClient;

  constructor(
    { connection, options: { namespace } }: Client,
    keys: PayloadKeys,
    tracing: Tracing | null,
  ) {
    const dataConverter = tolerantConverter(keys);
    const interceptors = tracing === null ? [] : [tracing.schedules];
    this.#client = new ScheduleClient({ connection, namespace, dataConverter, interceptors });
  }

  /** False: there is one of that name. Throws `Failure('usage')` for times that are none. */
  async create({ memo, input }: NewSchedule): Promise<boolean> {
    const id = `${ID}${input.schedule}`;
    try {
      await this.#client.create({
        scheduleId: id,
        spec: specOf(memo.timing),
        policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: memo.catchUpMs },
        memo: { ...memo },
        action: {
          type: 'startWorkflow',
          workflowType: WORKFLOW,
          workflowId: id,
          taskQueue: TASK_QUEUE,
          args: [input],
        },
      });
      return true;
    } catch (error) {
      if (error instanceof ScheduleAlreadyRunning) return false;
      throw isInvalid(error) && memo.timing.kind === 'cron'
        ? new Failure(
            'usage',
            `"${memo.timing.cron}" is no cron expression: write minute, hour, day of month, month and day of week, such as "0 6 * * MON".`,
            { cause: error },
          )
        : error;
    }
  }

  /** Those that our keys read. */
  async list(): Promise<readonly LiveSchedule[]> {
    return (await this.#ours()).filter(isReadable).map(liveSchedule);
  }

  /** Names of those that our keys don't read: each can be deleted, and nothing else. */
  async unreadable(): Promise<readonly string[]> {
    return (await this.#ours()).filter((one) => !isReadable(one)).map(nameOf);
  }

  /** Throws `Failure('conflict')` for one that our keys don't read. */
  async describe(name: string): Promise<LiveSchedule & FiringCounts> {
    const description = await this.#named(name, (handle) => handle.describe());
    if (!isReadable(description))
      throw new Failure(
        'conflict',
        `What Temporal keeps of schedule "${name}" can't be read with PARTITA_PAYLOAD_KEY as it is set or unset now: set the key that it was made with, or delete it and make it again.`,
      );
    const { info } = description;
    return {
      ...liveSchedule(description),
      fired: info.numActionsTaken,
      overlapped: info.numActionsSkippedOverlap,
      missed: info.numActionsMissedCatchupWindow,
      running: info.runningActions.length,
    };
  }

  pause(name: string, note: string): Promise<void> {
    return this.#named(name, (handle) => handle.pause(note));
  }

  resume(name: string, note: string): Promise<void> {
    return this.#named(name, (handle) => handle.unpause(note));
  }

  trigger(name: string): Promise<void> {
    return this.#named(name, (handle) => handle.trigger(ScheduleOverlapPolicy.SKIP));
  }

  delete(name: string): Promise<void> {
    return this.#named(name, (handle) => handle.delete());
  }

  async #ours(): Promise<readonly ScheduleSummary[]> {
    const found: ScheduleSummary[] = [];
    for await (const summary of this.#client.list())
      if (summary.scheduleId.startsWith(ID) && summary.action?.workflowType === WORKFLOW)
        found.push(summary);
    return found.sort((a, b) => (a.scheduleId < b.scheduleId ? -1 : 1));
  }

  /** Throws `Failure('not-found')` where there is none of that name. */
  async #named<Result>(
    name: string,
    act: (handle: ScheduleHandle) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await act(this.#client.getHandle(`${ID}${name}`));
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
      throw new Failure(
        'not-found',
        `There is no schedule "${name}"; \`partita schedule ls\` names those that there are.`,
        { cause: error },
      );
    }
  }
}

function specOf(timing: Timing) {
  return timing.kind === 'every'
    ? { intervals: [{ every: timing.ms }] }
    : { cronExpressions: [timing.cron], timezone: timing.timezone };
}

function isInvalid(error: unknown): boolean {
  // What the client makes of a server's word that the times are none.
  if (error instanceof TypeError) return true;
  if (!(error instanceof ServiceError)) return false;
  return (error.cause as { readonly code?: number } | undefined)?.code === INVALID_ARGUMENT;
}

function nameOf({ scheduleId }: Pick<ScheduleSummary, 'scheduleId'>): string {
  return scheduleId.slice(ID.length);
}

function isReadable({ memo }: Pick<ScheduleSummary, 'memo'>): boolean {
  return (memo as Partial<ScheduleMemo> | undefined)?.experiment !== undefined;
}

function liveSchedule({
  scheduleId,
  memo,
  state,
  info,
}: Pick<
  ScheduleSummary | ScheduleDescription,
  'scheduleId' | 'memo' | 'state' | 'info'
>): LiveSchedule {
  return {
    name: nameOf({ scheduleId }),
    // Nobody but `create` makes schedules of this name.
    ...(memo as ScheduleMemo),
    paused: state.paused,
    note: state.note === undefined || state.note === '' ? null : state.note,
    next: state.paused ? [] : info.nextActionTimes.slice(0, 3).map((at) => at.toISOString()),
    last: info.recentActions.at(-1)?.takenAt.toISOString() ?? null,
  };
}
