import { Presets, SingleBar } from 'cli-progress';
import type { RunState } from '../operations/requests.ts';
import { roughDurationText } from '../report/number-text.ts';
import type { CommandContext } from './command-context.ts';

/** Shows how a run goes on until it is stopped. */
export type Progress = { show(state: RunState): void; stop(): void };

/** What a run does right now, as numbers. */
export type Pace = {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  readonly unit: 'partitions' | 'batches';
  readonly perSecond: number | null;
  readonly remainingMs: number | null;
};

/** A plain line is written at every tenth of a stage, and after this time without one. */
const QUIET_MS = 30_000;

/** A bar drawn in place where a person watches, a few plain lines elsewhere. */
export function createProgress({
  terminal,
  now,
}: Pick<CommandContext, 'terminal' | 'now'>): Progress {
  const paceOf = createPace(now);
  return terminal.isInteractive
    ? bar(terminal.progressStream, paceOf)
    : lines(terminal, paceOf, now);
}

/** Speed and remaining time of the current stage, measured since this watcher first saw it. */
export function createPace(now: () => number): (state: RunState) => Pace {
  let stage: string | null = null;
  let firstDone = 0;
  let firstAt = 0;
  return (state) => {
    const { done, total, unit } = amount(state);
    if (state.stage !== stage) [stage, firstDone, firstAt] = [state.stage, done, now()];
    const elapsedMs = now() - firstAt;
    const perSecond =
      done > firstDone && elapsedMs > 0 ? ((done - firstDone) * 1000) / elapsedMs : null;
    const remainingMs =
      perSecond === null || total <= done ? null : ((total - done) * 1000) / perSecond;
    return { stage: stageText(state), done, total, unit, perSecond, remainingMs };
  };
}

/** `train: 400 of 1000 partitions (40 %), 3 failed, 41/s, about 15 s left`. */
export function progressLine(state: RunState, pace: Pace): string {
  if (pace.total < 2) return [pace.stage, ...failures(state), ...onCluster(state)].join(', ');
  const percent = Math.floor((100 * pace.done) / pace.total);
  return `${pace.stage}: ${[`${pace.done} of ${pace.total} ${pace.unit} (${percent} %)`, ...details(state, pace)].join(', ')}`;
}

function details(state: RunState, { perSecond, remainingMs }: Pace): readonly string[] {
  const found = [...failures(state), ...onCluster(state)];
  if (perSecond !== null)
    found.push(`${perSecond >= 10 ? Math.round(perSecond) : perSecond.toFixed(1)}/s`);
  if (remainingMs !== null) found.push(`about ${roughDurationText(remainingMs)} left`);
  return found;
}

/** Batches go to a cluster whole: its own tasks show that something moves. */
function onCluster({ cluster }: RunState): readonly string[] {
  return cluster === null ? [] : [`Spark ${cluster.done} of ${cluster.tasks} tasks`];
}

/** Partitions fail while they train; later stages go on without them. */
function failures({ stage, failed }: RunState): readonly string[] {
  return failed > 0 && stage === 'train' ? [`${failed} failed`] : [];
}

/** Stages that are one step as a whole have nothing to count. */
const UNCOUNTED: ReadonlySet<string> = new Set(['snapshot', 'condition', 'choose', 'report']);

/** Training is counted in partitions, the other stages in their batches. */
function amount(state: RunState): Pick<Pace, 'done' | 'total' | 'unit'> {
  if (state.stage === 'train')
    return { done: state.trained + state.failed, total: state.partitions, unit: 'partitions' };
  if (state.stage === null || UNCOUNTED.has(state.stage))
    return { done: 0, total: 0, unit: 'batches' };
  return { done: state.batches.done, total: state.batches.total, unit: 'batches' };
}

function troubleOf({ trouble }: RunState): readonly string[] {
  return trouble === null ? [] : [`trying again: ${trouble}`];
}

function stageText({ stage, status, paused }: RunState): string {
  const text = stage ?? (status === 'PENDING' ? 'waiting for a worker' : status.toLowerCase());
  return paused ? `${text} (paused)` : text;
}

function bar(stream: NodeJS.WritableStream, paceOf: (state: RunState) => Pace): Progress {
  const single = new SingleBar(
    {
      stream,
      format: '{stage} {bar} {counts}',
      clearOnComplete: true,
      gracefulExit: false,
      linewrap: false,
      barsize: 24,
    },
    Presets.shades_classic,
  );
  let isStarted = false;
  return {
    show(state) {
      const pace = paceOf(state);
      const count = pace.total < 2 ? [] : [`${pace.done}/${pace.total} ${pace.unit}`];
      const counts = [...count, ...details(state, pace), ...troubleOf(state)];
      const payload = { stage: pace.stage.padEnd(10), counts: counts.join(' · ') };
      if (isStarted) {
        single.setTotal(Math.max(1, pace.total));
        single.update(pace.done, payload);
      } else single.start(Math.max(1, pace.total), pace.done, payload);
      isStarted = true;
    },
    stop() {
      if (isStarted) single.stop();
    },
  };
}

function lines(
  terminal: CommandContext['terminal'],
  paceOf: (state: RunState) => Pace,
  now: () => number,
): Progress {
  let lastStage = '';
  let lastTenth = 0;
  let lastAt = 0;
  let lastTrouble: string | null = null;
  return {
    show(state) {
      if (state.trouble !== null && state.trouble !== lastTrouble)
        terminal.say(`${stageText(state)}, ${troubleOf(state).join()}`);
      lastTrouble = state.trouble;
      const pace = paceOf(state);
      const tenth = pace.total === 0 ? 0 : Math.floor((10 * pace.done) / pace.total);
      const isNews = pace.stage !== lastStage || tenth > lastTenth || now() - lastAt >= QUIET_MS;
      if (!isNews) return;
      [lastStage, lastTenth, lastAt] = [pace.stage, tenth, now()];
      terminal.say(progressLine(state, pace));
    },
    stop() {},
  };
}
