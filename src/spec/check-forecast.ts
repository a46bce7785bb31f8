import { columnsOfStep, stepKind } from './engineered-columns.ts';
import { lagName, MAX_DIRECT } from './forecast.ts';
import { type Finding, finding } from './schema-problems.ts';
import type { ParsedSpec } from './spec.ts';

type Asked = Pick<
  ParsedSpec,
  'target' | 'forecast' | 'time' | 'validate' | 'features' | 'partition' | 'columns'
>;

/** What a forecast needs, and what belongs to nothing else. Takes the spec as it was parsed: defaults come later. */
export function checkForecast(spec: Asked): readonly Finding[] {
  const { target, forecast } = spec;
  if (target?.task !== 'forecast') {
    if (forecast === undefined) return [];
    return [
      finding(
        ['forecast'],
        'Only a forecast has a horizon. Set `target.task: forecast`, or remove it.',
      ),
    ];
  }
  if (forecast === undefined)
    return [
      finding(
        ['target', 'task'],
        'A forecast needs to know how far it looks ahead: write `forecast: { horizon: 14 }`, in rows.',
      ),
    ];
  return CHECKS.flatMap((check) => check({ ...spec, target, forecast }));
}

type Forecasting = Asked & {
  readonly target: NonNullable<ParsedSpec['target']>;
  readonly forecast: NonNullable<ParsedSpec['forecast']>;
};

const CHECKS: readonly ((spec: Forecasting) => readonly Finding[])[] = [
  ({ time }) =>
    time === undefined
      ? [
          finding(
            ['target', 'task'],
            'A forecast goes on in time: name the column that orders the rows in `time`.',
          ),
        ]
      : [],
  ({ validate: { scheme } }) =>
    scheme === undefined || scheme === 'time'
      ? []
      : [
          finding(
            ['validate', 'scheme'],
            `A forecast is judged on later rows than it was trained on, and ${scheme} mixes them. Use \`time\`, or remove it.`,
          ),
        ],
  ({ target: { quantile } }) =>
    quantile === undefined
      ? []
      : [
          finding(
            ['target', 'quantile'],
            'A forecast predicts the middle. Remove it; `intervals` say how far off it may be.',
          ),
        ],
  ({ forecast: { strategy, horizon, lags = [horizon] } }) => {
    if (strategy !== 'direct' || lags.some((lag) => lag >= horizon)) return [];
    return [
      finding(
        ['forecast', 'lags'],
        `Of the last of ${horizon} rows nothing is known that is less than ${horizon} rows old. Use \`strategy: recursive\`, or add a lag from ${horizon}.`,
      ),
    ];
  },
  ({ forecast: { strategy, horizon } }) =>
    strategy === 'direct' && horizon > MAX_DIRECT
      ? [
          finding(
            ['forecast', 'horizon'],
            `A direct forecast trains a model for each row ahead, ${MAX_DIRECT} at most, not ${horizon}. Use \`strategy: recursive\`, or a shorter horizon.`,
          ),
        ]
      : [],
  ({ features, target }) =>
    features.engineer.flatMap((step, i) =>
      'lag' in step && columnsOfStep(step).includes(target.column)
        ? [
            finding(
              ['features', 'engineer', i],
              `Earlier values of the target are features of a forecast by themselves: name them in \`forecast.lags\`.`,
            ),
          ]
        : columnsOfStep(step).some((name) =>
              name.startsWith(lagName(target.column, 1).slice(0, -1)),
            )
          ? [
              finding(
                ['features', 'engineer', i],
                `\`${stepKind(step)}\` can't be made of earlier values of the target, which a forecast predicts one after the other.`,
              ),
            ]
          : [],
    ),
  ({ forecast: { known = [] }, target, time, columns }) =>
    known.flatMap((name, i) => {
      const roles = [target.column, time, columns.weight, columns.id, ...columns.drop];
      if (!roles.includes(name)) return [];
      return [finding(['forecast', 'known', i], `\`${name}\` has another role, or is dropped.`)];
    }),
];
