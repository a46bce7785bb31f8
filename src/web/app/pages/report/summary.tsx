import type { ReactNode } from 'react';
import type { PartitionStatus } from '../../../../domain/run.ts';
import { statusText } from '../../../../report/answer.ts';
import { baselineScore } from '../../../../report/baseline-score.ts';
import { metricMeaning, metricName } from '../../../../report/metric-words.ts';
import { countedText, countText, rangeText, scoreText } from '../../../../report/number-text.ts';
import { togetherVerdict, verdictText } from '../../../../report/verdict-text.ts';
import type { ReportFacts } from '../../api/answers.ts';

/** The answer in a sentence and a few numbers. */
export function Summary({ facts, aside }: { facts: ReportFacts; aside: ReactNode }) {
  const { metric } = facts.question;
  const together = togetherVerdict(facts);
  return (
    <div className="stack">
      <div className="row between top">
        <p className="lead">{verdictText(facts)}</p>
        {aside}
      </div>
      {together === null ? null : <p>{together}</p>}
      <div className="cards">
        <ScoreCard facts={facts} />
        <SidesCard facts={facts} />
        <VerdictCard facts={facts} />
        <CoverageCard facts={facts} />
      </div>
      <p className="small soft">
        {metricName(metric)}: {metricMeaning(metric)}.
      </p>
    </div>
  );
}

function ScoreCard({ facts: { totals, question, global } }: { facts: ReportFacts }) {
  const { served } = totals;
  const interval = served?.holdoutInterval ?? null;
  const guess = global === null ? null : baselineScore(global);
  return (
    <div className="card">
      <h3>{metricName(question.metric)}, each row by the model chosen for it</h3>
      <p className="figure">{scoreText(served?.holdout)}</p>
      <p className="small soft">
        on {countedText(served?.holdoutRows ?? 0, 'holdout row')} that no choice has seen
        {interval === null ? null : (
          <>
            <br />
            95 %: {rangeText(interval)}
          </>
        )}
        {guess === null ? null : (
          <>
            <br />
            always guessing the same: {scoreText(guess)}
          </>
        )}
      </p>
    </div>
  );
}

function SidesCard({ facts: { totals } }: { facts: ReportFacts }) {
  const { own, global } = totals;
  if (own === null || global === null) return null;
  return (
    <div className="card">
      <h3>Own models or one for all</h3>
      <dl className="tally">
        <dt className="own">{scoreText(own.holdout)}</dt>
        <dd>the own model of each partition</dd>
        <dt className="global">{scoreText(global.holdout)}</dt>
        <dd>one model without partition</dd>
      </dl>
      <p className="small soft">on the same {countedText(own.holdoutRows, 'holdout row')}</p>
    </div>
  );
}

function VerdictCard({ facts: { verdicts, blended = 0 } }: { facts: ReportFacts }) {
  const { own, tie, parent = 0, global, pooled = 0 } = verdicts;
  if (own + tie + parent + global + pooled + blended === 0) return null;
  return (
    <div className="card">
      <h3>Verdict by partition</h3>
      <dl className="tally">
        <dt className="own">{countText(own)}</dt>
        <dd>own model clearly better</dd>
        {parent === 0 ? null : (
          <>
            <dt className="global">{countText(parent)}</dt>
            <dd>their parent's model</dd>
          </>
        )}
        <dt className="tie">{countText(tie)}</dt>
        <dd>no clear difference</dd>
        {pooled === 0 ? null : (
          <>
            <dt className="own">{countText(pooled)}</dt>
            <dd>no clear difference, own model expected to be better</dd>
          </>
        )}
        <dt className="global">{countText(global)}</dt>
        <dd>model without partition clearly better</dd>
        {blended === 0 ? null : (
          <>
            <dt className="own">{countText(blended)}</dt>
            <dd>small: both together</dd>
          </>
        )}
      </dl>
    </div>
  );
}

function CoverageCard({ facts: { coverage, partitions } }: { facts: ReportFacts }) {
  const counts = new Map<PartitionStatus, number>();
  for (const { status, count } of coverage) counts.set(status, (counts.get(status) ?? 0) + count);
  return (
    <div className="card">
      <h3>{countedText(partitions.total, 'partition')}</h3>
      <dl className="tally">
        {[...counts].map(([status, count]) => (
          <CoverageLine key={status} status={status} count={count} />
        ))}
      </dl>
    </div>
  );
}

function CoverageLine({ status, count }: { status: PartitionStatus; count: number }) {
  return (
    <>
      <dt className={status === 'skipped' || status === 'failed' ? 'bad' : ''}>
        {countText(count)}
      </dt>
      <dd>{statusText(status)}</dd>
    </>
  );
}
