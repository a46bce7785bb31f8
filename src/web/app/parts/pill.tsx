import type { PartitionStatus, RunStatus, Verdict } from '../../../domain/run.ts';
import { answerOf } from '../../../report/answer.ts';

const STATUS_WORDS: { readonly [status in RunStatus]: { word: string; tone: string } } = {
  PENDING: { word: 'waiting to start', tone: 'soft' },
  RUNNING: { word: 'running', tone: 'alive' },
  SUCCEEDED: { word: 'succeeded', tone: 'good' },
  PARTIAL: { word: 'partly answered', tone: 'global' },
  FAILED: { word: 'failed', tone: 'bad' },
  CANCELLED: { word: 'cancelled', tone: 'tie' },
};

export function RunPill({ status, paused = false }: { status: RunStatus; paused?: boolean }) {
  const { word, tone } = STATUS_WORDS[status];
  if (paused && status === 'RUNNING') return <span className="pill global">paused</span>;
  return <span className={`pill ${tone}`}>{word}</span>;
}

/** Who answers for a partition, and why. */
export function AnswerTag(ended: {
  readonly status: PartitionStatus;
  readonly verdict: Verdict | null;
  readonly reason: string | null;
  readonly blend?: Parameters<typeof answerOf>[0]['blend'];
}) {
  const { who, why } = answerOf(ended);
  const tone = who === 'nobody' ? 'bad' : who === 'global' || who === 'parent' ? 'global' : 'own';
  return (
    <>
      <span className={`pill plain ${tone}`}>{who}</span>
      {why === '' ? null : <div className="tiny soft">{why}</div>}
    </>
  );
}
