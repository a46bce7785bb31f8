import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleSummary,
  ServiceError,
} from '@temporalio/client';
import type { ScheduledInput } from '../../workflows/messages.ts';
import { Failure } from '../domain/failure.ts';
import type { SchedulePolicy, Timing } from '../domain/schedule.ts';
import { TASK_QUEUE } from './connection.ts';

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
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** False: there is one of that name. Throws `Failure('usage')` for times that are none. */
  async create({ memo, input }: NewSchedule): Promise<boolean> {
    const id = `${ID}${input.schedule}`;
    try {
      await this.#client.schedule.create({
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

  async list(): Promise<readonly LiveSchedule[]> {
    const found: LiveSchedule[] = [];
    for await (const summary of this.#client.schedule.list())
      if (summary.scheduleId.startsWith(ID) && summary.action?.workflowType === WORKFLOW)
        found.push(liveSchedule(summary));
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async describe(name: string): Promise<LiveSchedule & FiringCounts> {
    const description = await this.#named(name, (handle) => handle.describe());
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

  /** Throws `Failure('not-found')` where there is none of that name. */
  async #named<Result>(
    name: string,
    act: (handle: ReturnType<Client['schedule']['getHandle']>) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await act(this.#client.schedule.getHandle(`${ID}${name}`));
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
    name: scheduleId.slice(ID.length),
    // Nobody but `create` makes schedules of this name.
    ...(memo as ScheduleMemo),
    paused: state.paused,
    note: state.note === undefined || state.note === '' ? null : state.note,
    next: state.paused ? [] : info.nextActionTimes.slice(0, 3).map((at) => at.toISOString()),
    last: info.recentActions.at(-1)?.takenAt.toISOString() ?? null,
  };
}
