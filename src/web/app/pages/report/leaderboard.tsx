import { Fragment } from 'react';
import { compareScores, type Metric } from '../../../../domain/metric.ts';
import type { ModelSection } from '../../../../report/facts.ts';
import { metricName } from '../../../../report/metric-words.ts';
import { durationText, numberText, scoreText } from '../../../../report/number-text.ts';
import { parametersText, parameterText } from '../../../../report/parameters-text.ts';

export type Candidate = ModelSection['candidates'][number] & {
  /** u64 as decimal text, where it is told. */
  readonly seed?: string;
};

/** Every candidate, best first, with its margin to the best; each opens to what it was tried with. */
export function Leaderboard({
  candidates,
  best,
  metric,
}: {
  candidates: readonly Candidate[];
  /** Index into `candidates`; null when none could be fitted. */
  best: number | null;
  metric: Metric;
}) {
  const isTuned = new Set(candidates.map(({ algorithm }) => algorithm)).size < candidates.length;
  const top = best === null ? null : (candidates[best]?.cv.value ?? null);
  const rows = candidates
    .map((candidate, i) => ({ candidate, isBest: i === best, i }))
    .sort(
      (a, b) =>
        Number(b.isBest) - Number(a.isBest) ||
        compareScores(metric, b.candidate.cv, a.candidate.cv),
    );
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Candidates">
      <table>
        <thead>
          <tr>
            <th>candidate</th>
            <th className="n">{metricName(metric)}, cross-validation</th>
            <th className="n">behind the best</th>
            <th className="n">by fold</th>
            <th className="n">time on folds</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ candidate, isBest, i }) => (
            <tr key={i} className={isBest ? 'best' : ''}>
              <td className="name">
                <TriedWith candidate={candidate} isBest={isBest} />
                {candidate.cv.value === null ? (
                  <div className="tiny bad">{candidate.because ?? candidate.cv.because}</div>
                ) : isTuned || isBest ? (
                  <div className="tiny soft">{parametersText(candidate.parameters)}</div>
                ) : null}
              </td>
              <td className="n">{numberText(candidate.cv.value)}</td>
              <td className="n soft">{marginText(top, candidate.cv.value, isBest)}</td>
              <td className="n soft">
                <Folds candidate={candidate} />
              </td>
              <td className="n">{durationText(candidate.fitMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The name of a candidate, and behind it what it was tried with. */
function TriedWith({
  candidate: { algorithm, parameters, seed },
  isBest,
}: {
  candidate: Candidate;
  isBest: boolean;
}) {
  const facts = Object.entries({ ...parameters, ...(seed === undefined ? {} : { seed }) });
  const name = `${algorithm}${isBest ? ' ★' : ''}`;
  if (facts.length === 0) return name;
  return (
    <details className="in-row">
      <summary>{name}</summary>
      <dl className="facts">
        {facts.map(([field, value]) => (
          <Fragment key={field}>
            <dt>{field.replaceAll('_', ' ')}</dt>
            <dd>{parameterText(value)}</dd>
          </Fragment>
        ))}
      </dl>
    </details>
  );
}

function Folds({ candidate: { cv, foldScores } }: { candidate: Candidate }) {
  if (cv.value === null) return null;
  return foldScores.map((score, fold) => (
    // oxlint-disable-next-line react/no-array-index-key -- folds have no other name
    <Fragment key={fold}>
      {fold > 0 ? '  ' : ''}
      {scoreText(score)}
    </Fragment>
  ));
}

function marginText(top: number | null, value: number | null, isBest: boolean): string {
  if (isBest || top === null || value === null) return '';
  const text = numberText(Math.abs(top - value), top);
  return /[1-9]/.test(text) ? text : 'level';
}
