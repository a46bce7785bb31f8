import { isTerminal } from '../../../../domain/run.ts';
import { countText, durationText } from '../../../../report/number-text.ts';
import type { RunDetail, RunState, StageFacts } from '../../api/answers.ts';
import { elapsedMs } from '../../parts/moments.ts';
import { TemporalPages } from '../../parts/temporal-pages.tsx';
import { progressSentence, troubleSentence } from './progress-sentence.ts';

/** How far the run is, in one line, one bar and a few numbers. */
export function ProgressSummary({
  run,
  state,
  stages,
}: {
  run: RunDetail;
  state: RunState;
  stages: readonly StageFacts[];
}) {
  const done = state.trained + state.failed;
  const isOver = isTerminal(state.status);
  const trouble = troubleSentence(state);
  return (
    <div className="stack">
      {isOver ? null : (
        <div className="stack tight">
          <p aria-live="polite">{progressSentence(state, stages)}</p>
          {trouble === null ? null : (
            <p className="small bad" role="status">
              {trouble}
            </p>
          )}
          <div
            className="meter"
            role="progressbar"
            aria-label="Partitions with an answer"
            aria-valuemin={0}
            aria-valuemax={Math.max(1, state.partitions)}
            aria-valuenow={done}
          >
            <i style={{ width: share(state.trained, state.partitions) }} />
            <i className="bad" style={{ width: share(state.failed, state.partitions) }} />
          </div>
        </div>
      )}
      <dl className="figures">
        {figuresOf(run, state).map(({ name, value, tone = '' }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className={tone}>{value}</dd>
          </div>
        ))}
      </dl>
      <TemporalPages address={run.temporalUi}>The same on Temporal’s own pages</TemporalPages>
    </div>
  );
}

type Figure = { readonly name: string; readonly value: string; readonly tone?: string };

function figuresOf(run: RunDetail, state: RunState): readonly Figure[] {
  const isOver = isTerminal(state.status);
  const rows =
    run.snapshot === null ? [] : [{ name: 'rows', value: countText(run.snapshot.rowCount) }];
  const partitions = {
    name: 'partitions',
    value: state.partitions === 0 ? '–' : countText(state.partitions),
  };
  const live = [
    { name: 'trained', value: countText(state.trained) },
    { name: 'failed', value: countText(state.failed), tone: state.failed > 0 ? 'bad' : '' },
    { name: 'batches running', value: countText(state.batches.running) },
  ];
  const time = run.startedAt === null ? 0 : elapsedMs(run.startedAt, run.endedAt);
  return [
    ...rows,
    partitions,
    ...(isOver ? [] : live),
    { name: isOver ? 'took' : 'running for', value: durationText(time) },
    { name: 'asked for by', value: run.requestedBy },
  ];
}

function share(part: number, whole: number): string {
  return `${whole === 0 ? 0 : (100 * part) / whole}%`;
}
