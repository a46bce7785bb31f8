import { Link } from '@tanstack/react-router';
import type { Metric } from '../../../../domain/metric.ts';
import type { PlotFacts } from '../../../../partition/evaluate-facts.ts';
import type { ModelSection } from '../../../../report/facts.ts';
import { metricName } from '../../../../report/metric-words.ts';
import { numberText, percentText } from '../../../../report/number-text.ts';
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
import { type Candidate, Leaderboard } from './leaderboard.tsx';

export type ModelFacts = {
  readonly candidates: readonly Candidate[];
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
      <Leaderboard candidates={facts.candidates} best={facts.best} metric={facts.metric} />
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
