import { Failure } from '../domain/failure.ts';
import { createStepModel } from '../estimators/step-model.ts';
import { distinctEdits } from '../features/handle/edits.ts';
import { joinHandlings } from '../features/handle/handling.ts';
import { type Forecast, lagName } from '../spec/forecast.ts';
import type { Candidate } from '../spec/spec.ts';
import type { FittedCandidate } from './fit-candidate.ts';
import { namedColumns } from './named-columns.ts';

/**
 * Fits a candidate once for each row of a direct forecast's horizon, on the columns that are known of it when the row before
 * the horizon is the last: step s, from 0, has the values of the target that are more than s rows old. Throws as `fitOn`.
 */
export function fitSteps(
  candidate: Candidate,
  kept: readonly string[],
  forecast: Pick<Forecast, 'horizon' | 'lags' | 'season'>,
  {
    target,
    fitOn,
  }: {
    readonly target: string;
    readonly fitOn: (candidate: Candidate, columns: readonly string[]) => FittedCandidate;
  },
): FittedCandidate {
  const fits = Array.from({ length: forecast.horizon }, (_, step) => {
    const own = candidateAt(candidate, step, forecast, target);
    const unknown = new Set(
      forecast.lags.filter((lag) => lag <= step).map((lag) => lagName(target, lag)),
    );
    const columns = new Set([...kept, ...namedColumns(own)]);
    return fitOn(
      own,
      [...columns].filter((column) => !unknown.has(column)),
    );
  });
  const [first] = fits;
  if (first === undefined) throw new RangeError('A forecast has one row at least.');
  return {
    handling: joinHandlings(fits.map(({ handling }) => handling)),
    edits: distinctEdits(fits.flatMap(({ edits }) => edits)),
    model: createStepModel(
      fits.map(({ model, handling }) => ({ model, columns: handling.featureNames.length })),
    ),
    seed: first.seed,
    trainedRows: Math.max(...fits.map(({ trainedRows }) => trainedRows)),
    fitMs: fits.reduce((sum, { fitMs }) => sum + fitMs, 0),
  };
}

/** What carries an earlier value of the target on takes the newest that is known of the step, at the same place of the season. */
function candidateAt(
  candidate: Candidate,
  step: number,
  { lags, season }: Pick<Forecast, 'lags' | 'season'>,
  target: string,
): Candidate {
  const { column } = candidate.parameters;
  const named = lags.find((lag) => lagName(target, lag) === column);
  if (named === undefined) return candidate;
  const period = candidate.algorithm === 'seasonal_naive' ? season : 1;
  const lag = lags.find((one) => one > step && (one - named) % period === 0);
  if (lag === undefined)
    throw new Failure(
      'invalid-spec',
      `${candidate.algorithm} carries \`${lagName(target, named)}\` on, and nothing so new is known ${step + 1} rows ahead. Add a lag of more rows to forecast.lags.`,
    );
  return {
    ...candidate,
    parameters: { ...candidate.parameters, column: lagName(target, lag) },
  };
}
