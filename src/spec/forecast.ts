import { z } from 'zod';
import { columnNames } from './column-name.ts';
import { duration } from './duration.ts';

const MAX_LAG = 1000;
/** Rows that a direct forecast, which trains a model for each, looks ahead at most. */
export const MAX_DIRECT = 100;

export const forecastSchema = z.strictObject({
  horizon: z.int().min(1).max(MAX_LAG).describe('How many rows ahead.'),
  season: z
    .int()
    .min(1)
    .max(MAX_LAG)
    .default(1)
    .describe(
      'Rows of one season: 7 for the days of a week, 12 for the months of a year; 1: none.',
    ),
  strategy: z
    .enum(['recursive', 'direct'])
    .default('recursive')
    .describe(
      '`recursive`: one row ahead, and the next from what was predicted; `direct`: a model for each row of the horizon (100 at most), from the values that are known of it.',
    ),
  lags: z
    .array(z.int().min(1).max(MAX_LAG))
    .min(1)
    .max(100)
    .optional()
    .describe(
      'Which earlier values of the target are features; in a `direct` forecast of each row those that are known by then. Default: the last three, and one and two seasons ago.',
    ),
  known: columnNames
    .optional()
    .describe(
      'Columns whose future is known (prices, holidays): the only ones of the data that are features, and `predict` needs them for the rows to come.',
    ),
  every: duration
    .optional()
    .describe('From one row to the next. Default: as the last rows of a partition stand.'),
});

/** A forecast with everything decided. */
export type Forecast = Omit<z.output<typeof forecastSchema>, 'lags' | 'known'> & {
  /** Ascending. */
  readonly lags: readonly number[];
  readonly known: readonly string[];
};

/** The column of earlier values that a `lag` step makes. */
export function lagName(column: string, step: number): string {
  return `${column}_lag_${step}`;
}

export function resolveForecast(asked: z.output<typeof forecastSchema>): Forecast {
  const lags = [...new Set(asked.lags ?? defaultLags(asked))].sort((a, b) => a - b);
  return { ...asked, lags, known: asked.known ?? [] };
}

/** How many rows before the one that is forecast, the last of a direct forecast, the same place of a season was last seen. */
export function seasonalLag(forecast: Pick<Forecast, 'horizon' | 'season' | 'strategy'>): number {
  return forecast.season * Math.ceil(nearestLag(forecast) / forecast.season);
}

/** Fewer rows before a forecast row, the last of a direct forecast, nothing is known of the target. */
export function nearestLag({ horizon, strategy }: Pick<Forecast, 'horizon' | 'strategy'>): number {
  return strategy === 'direct' ? horizon : 1;
}

/** Models that one fit of a candidate makes: of a direct forecast one for each row ahead. */
export function modelsOfFit(forecast: Pick<Forecast, 'horizon' | 'strategy'> | undefined): number {
  return forecast?.strategy === 'direct' ? forecast.horizon : 1;
}

/** Of every row: the last three values that are known, and those of one and two seasons ago. */
function defaultLags(asked: z.output<typeof forecastSchema>): readonly number[] {
  const nearest = nearestLag(asked);
  const lags = Array.from({ length: nearest }, (_, step) => {
    const season = asked.season * Math.ceil((step + 1) / asked.season);
    return [step + 1, step + 2, step + 3, season, season + asked.season];
  });
  return lags.flat().filter((lag) => lag <= MAX_LAG);
}
