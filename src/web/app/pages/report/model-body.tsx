import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import { compareScores, type Metric } from '../../../../domain/metric.ts';
import type { PlotFacts } from '../../../../partition/facts.ts';
import type { ModelSection } from '../../../../report/facts.ts';
import { metricName } from '../../../../report/metric-words.ts';
import {
  durationText,
  numberText,
  percentText,
  scoreText,
} from '../../../../report/number-text.ts';
import { parametersText } from '../../../../report/parameters-text.ts';
import { Bars } from '../../charts/bars.tsx';
import { Confusion } from '../../charts/confusion.tsx';
import { Dependence } from '../../charts/dependence.tsx';
import { Histogram } from '../../charts/histogram.tsx';
import {
  CalibrationPlot,
  PrecisionRecallPlot,
  RocPlot,
  TruthPlot,
} from '../../charts/unit-plots.tsx';

export type ModelFacts = {
  readonly candidates: ModelSection['candidates'];
  /** Index into `candidates`; null when none could be fitted. */
  readonly best: number | null;
  /** Digest; null where there is none. */
  readonly model: string | null;
  readonly importance: ModelSection['importance'];
  /** Undefined where it was not asked for. */
  readonly explanation: ModelSection['explanation'] | undefined;
  readonly selection: ModelSection['selection'];
  readonly plots: PlotFacts | null;
  readonly classes: readonly string[];
  readonly metric: Metric;
};

/** One model in full: every candidate, how it errs, what it looks at. */
export function ModelBody(facts: ModelFacts) {
  return (
    <div className="stack">
      <Leaderboard {...facts} />
      {facts.model === null ? null : (
        <p className="small">
          <Link to="/models/$model" params={{ model: facts.model }}>
            The model itself: how it came to be, and what it answers for a row of yours
          </Link>
        </p>
      )}
      <div className="plots">
        <Plots plots={facts.plots} classes={facts.classes} />
      </div>
      <div className="plots">
        <Importance importance={facts.importance} />
        <Selection selection={facts.selection} />
      </div>
      <Explained explanation={facts.explanation} metric={facts.metric} />
    </div>
  );
}

/** Every candidate, best first, with its margin to the best. */
function Leaderboard({ candidates, best, metric }: ModelFacts) {
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
            <th className="n">time fitting</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ candidate, isBest, i }) => (
            <tr key={i} className={isBest ? 'best' : ''}>
              <td className="name">
                {candidate.algorithm}
                {isBest ? ' ★' : ''}
                {candidate.cv.value === null ? (
                  <div className="tiny bad">{candidate.because ?? candidate.cv.because}</div>
                ) : isTuned || isBest ? (
                  <div className="tiny soft">{parametersText(candidate.parameters)}</div>
                ) : null}
              </td>
              <td className="n">{numberText(candidate.cv.value)}</td>
              <td className="n soft">{marginText(top, candidate.cv.value, isBest)}</td>
              <td className="n soft">
                {candidate.cv.value === null
                  ? ''
                  : candidate.foldScores.map((score, fold) => (
                      // oxlint-disable-next-line react/no-array-index-key -- folds have no other name
                      <Fragment key={fold}>
                        {fold > 0 ? '  ' : ''}
                        {scoreText(score)}
                      </Fragment>
                    ))}
              </td>
              <td className="n">{durationText(candidate.fitMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function marginText(top: number | null, value: number | null, isBest: boolean): string {
  if (isBest || top === null || value === null) return '';
  const text = numberText(Math.abs(top - value), top);
  return /[1-9]/.test(text) ? text : 'level';
}

function Plots({ plots, classes }: Pick<ModelFacts, 'plots' | 'classes'>) {
  if (plots === null) return null;
  const rows = plots.rows === 'holdout' ? 'holdout rows' : 'cross-validation rows';
  const { confusion, roc, pr, calibration, residuals } = plots;
  return (
    <>
      {confusion === undefined ? null : (
        <Confusion matrix={confusion} classes={classes} rows={rows} />
      )}
      {roc === undefined ? null : <RocPlot points={roc} />}
      {pr === undefined ? null : <PrecisionRecallPlot points={pr} />}
      {calibration === undefined ? null : <CalibrationPlot bins={calibration} />}
      {residuals === undefined ? null : (
        <>
          <TruthPlot points={residuals.scatter} rows={rows} />
          <Histogram
            bins={residuals.histogram}
            title="Errors"
            caption={`Errors (truth − prediction) of ${rows}; around 0 is right.`}
            label="truth − prediction"
            counted="rows"
            width={400}
          />
        </>
      )}
    </>
  );
}

function Importance({ importance }: Pick<ModelFacts, 'importance'>) {
  const bars = importance.filter(({ share }) => share > 0).slice(0, 15);
  if (bars.length === 0) return null;
  return (
    <Bars
      caption="What the model looks at: importance of its columns."
      bars={bars.map(({ feature, share }) => ({
        name: feature,
        value: share,
        text: percentText(share),
      }))}
    />
  );
}

function Explained({ explanation, metric }: Pick<ModelFacts, 'explanation' | 'metric'>) {
  if (explanation === undefined) return null;
  const bars = explanation.importance
    .filter(({ loss }) => loss > 0)
    .slice(0, 15)
    .map(({ column, loss }) => ({ name: column, value: loss, text: numberText(loss) }));
  return (
    <div className="plots">
      {bars.length === 0 ? null : (
        <Bars
          caption={`What the model needs: loss in ${metricName(metric)} when a column is dealt anew among ${explanation.rows} holdout rows.`}
          bars={bars}
        />
      )}
      {explanation.dependence.map((dependence) => (
        <Dependence key={dependence.column} dependence={dependence} />
      ))}
    </div>
  );
}

function Selection({ selection: { method, stability, dropped } }: Pick<ModelFacts, 'selection'>) {
  if (method === 'none') return null;
  return (
    <div className="stack tight">
      <Bars
        caption={`How often ${method.replaceAll('_', ' ')} kept a column, as a share of the folds.`}
        bars={stability
          .filter(({ share }) => share > 0)
          .slice(0, 20)
          .map(({ column, share }) => ({ name: column, value: share, text: percentText(share) }))}
      />
      {dropped.length === 0 ? null : (
        <details>
          <summary>Dropped columns ({dropped.length})</summary>
          <ul className="small plain-list">
            {dropped.slice(0, 50).map(({ column, because }) => (
              <li key={column} className="anywhere">
                {column}: <span className="soft">{because}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
