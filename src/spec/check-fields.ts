import { entryOf } from '../domain/entry.ts';
import { type AskedTask, METRICS, type Metric, metricsOf } from '../domain/metric.ts';
import { checkAnomaly } from './check-anomaly.ts';
import { checkComponents } from './check-components.ts';
import { checkIntervals } from './check-intervals.ts';
import { checkParents } from './check-parents.ts';
import { checkRepeats } from './check-repeats.ts';
import { checkTableFields } from './check-table-fields.ts';
import { columnsOfStep, givenName, looksBack, stepKind } from './engineered-columns.ts';
import { RANKING_METHODS, THRESHOLD_METHODS } from './features.ts';
import type { Path } from './problem.ts';
import type { ResolvedSpec } from './resolve-defaults.ts';
import { type Finding, finding } from './schema-problems.ts';

type Check = (spec: ResolvedSpec) => readonly Finding[];
/** What fields say against each other: each entry is wrong whatever the data hold. */
export function checkFields(spec: ResolvedSpec): readonly Finding[] {
  return CHECKS.flatMap((check) => check(spec));
}

/** A metric belongs to one task; takes the raw values, so that it is checked even where others are refused. */
export function checkMetric(metric: unknown, task: AskedTask | undefined): readonly Finding[] {
  const known = METRICS.find((name) => name === metric);
  if (known === undefined || task === undefined) return [];
  const allowed: readonly Metric[] = metricsOf(task);
  if (allowed.includes(known)) return [];
  const list = allowed.map((name) => `\`${name}\``).join(', ');
  const message = `\`${known}\` is no metric of ${task}. Expected one of ${list}.`;
  return [finding(['metric'], message)];
}

/** What is allowed and most likely a mistake; with `strict: true` it stops the run. */
export function warnAboutFields(spec: ResolvedSpec): readonly Finding[] {
  const { scheme } = spec.validate;
  const found: Finding[] = [];
  if (scheme === 'time' || spec.forecast !== undefined) return found;
  spec.features.engineer.forEach((step, i) => {
    if (looksBack(step))
      found.push(
        finding(
          ['features', 'engineer', i],
          `\`${stepKind(step)}\` reads earlier rows, and the ${scheme} scheme may train on rows after those it validates: scores may be too good. Use \`validate.scheme: time\`.`,
        ),
      );
  });
  if (spec.time !== undefined)
    found.push(
      finding(
        ['validate', 'scheme'],
        `\`time\` is declared, but the ${scheme} scheme lets models learn from the future of the rows they are tested on.`,
      ),
    );
  return found;
}

const checkGlobal: Check = ({ partition, global, forecast }) => {
  const { on_small: asked } = partition;
  if (asked === 'shrink' && forecast !== undefined)
    return [
      finding(
        ['partition', 'on_small'],
        'A forecast goes on from its own predictions, which one model makes: `shrink` can not blend two. Use `global`, `skip` or `merge`.',
      ),
    ];
  if (partition.ties === 'pooled' && !global.enabled)
    return [
      finding(
        ['partition', 'ties'],
        'Ties are with the model without partition, which is off. Set `global.enabled: true`, or remove `ties`.',
      ),
    ];
  if ((asked !== 'global' && asked !== 'shrink') || global.enabled) return [];
  const message = `\`${asked}\` asks the model without partition, which is off. Set \`global.enabled: true\`, or \`on_small\` to \`skip\` or \`merge\`.`;
  return [finding(['partition', 'on_small'], message)];
};

/** Where every candidate is tried anyway, none can be tried earlier. */
const checkWarmStart: Check = ({ tune, global }) => {
  if (tune.warm_start !== true) return [];
  const path = ['tune', 'warm_start'];
  if (!global.enabled)
    return [
      finding(
        path,
        'It begins with what the model without partition found, which is off. Set `global.enabled: true`.',
      ),
    ];
  if (tune.method === 'tpe' || tune.budget !== undefined) return [];
  const message = `\`${tune.method}\` without a budget tries all its candidates in every partition. Use \`tune.method: tpe\`, or set \`tune.budget\`.`;
  return [finding(path, message)];
};

const checkScheme: Check = ({ validate, time }) => {
  const ofTime = (['gap', 'horizon', 'window'] as const).filter((name) => validate[name]);
  if (validate.scheme !== 'time' && ofTime.length > 0)
    return ofTime.map((name) =>
      finding(
        ['validate', name],
        `\`${name}\` belongs to the time scheme, and this is ${validate.scheme}. Set \`validate.scheme: time\`, or remove it.`,
      ),
    );
  if (validate.scheme === 'time' && time === undefined)
    return [finding(['validate', 'scheme'], '`time` needs the column in `time`.')];
  if (validate.scheme === 'group' && validate.group === undefined)
    return [finding(['validate', 'scheme'], '`group` needs the column in `validate.group`.')];
  return [];
};

const checkLookingBack: Check = ({ features, time, forecast }) => {
  if (time !== undefined || forecast !== undefined) return [];
  return features.engineer.flatMap((step, i) =>
    looksBack(step)
      ? [
          finding(
            ['features', 'engineer', i],
            `\`${stepKind(step)}\` needs an order of rows: name the column in \`time\`.`,
          ),
        ]
      : [],
  );
};

/** A feature that sees the target is no feature; only its past is, and only where validation respects time. */
const checkTargetInFeatures: Check = ({ features, target, validate, forecast }) =>
  features.engineer.flatMap((step, i) => {
    const path = ['features', 'engineer', i];
    if (givenName(step) === target.column)
      return [finding(path, `The new column can't have the target's name \`${target.column}\`.`)];
    if (!columnsOfStep(step).includes(target.column)) return [];
    if ('lag' in step && validate.scheme === 'time') return [];
    // What is wrong with a forecast is said of what was written, not of the lags that it makes.
    if (forecast !== undefined) return [];
    const way =
      'lag' in step ? 'Use `validate.scheme: time`.' : 'Only `lag` may, with the time scheme.';
    return [finding(path, `This step would show the target \`${target.column}\`. ${way}`)];
  });

const checkNewNames: Check = ({ features }) => {
  const names = features.engineer.map(givenName);
  return names.flatMap((name, i) =>
    name !== undefined && names.indexOf(name) < i
      ? [finding(['features', 'engineer', i], `Two steps make a column \`${name}\`.`)]
      : [],
  );
};

/** One column has one role. */
const checkRoles: Check = ({ partition, target, time, columns, validate }) => {
  const roles: readonly (readonly [Path, string | undefined])[] = [
    [['target', 'column'], target.column],
    ...partition.by.map((name, i): [Path, string] => [['partition', 'by', i], name]),
    [['time'], time],
    [['columns', 'weight'], columns.weight],
  ];
  const found: Finding[] = [];
  const seen = new Set<string>();
  for (const [path, name] of roles) {
    if (name === undefined) continue;
    if (seen.has(name)) found.push(finding(path, `\`${name}\` already has another role.`));
    if (columns.drop.includes(name))
      found.push(finding(path, `\`${name}\` is also in \`columns.drop\`. Remove it there.`));
    seen.add(name);
  }
  for (const [path, name] of [
    [['columns', 'id'], columns.id],
    [['validate', 'group'], validate.group],
  ] as const)
    if (name === target.column) found.push(finding(path, `\`${name}\` is the target.`));
  return found;
};

const checkRegression: Check = ({ target, features }) => {
  if (target.task !== 'regression') return [];
  const found: Finding[] = [];
  if (target.positive !== undefined)
    found.push(finding(['target', 'positive'], 'A regression has no positive class. Remove it.'));
  if (features.handle.imbalance !== 'none')
    found.push(
      finding(['features', 'handle', 'imbalance'], 'A regression has no classes to balance.'),
    );
  if (features.select.method === 'chi_square')
    found.push(
      finding(['features', 'select', 'method'], '`chi_square` needs classes; use `anova`.'),
    );
  return found;
};

/** A threshold decides between two classes: metrics of ranks and of probabilities don't look at it, and two are best without one. */
const DECIDING: readonly Metric[] = [
  'accuracy',
  'balanced_accuracy',
  'macro_f1',
  'weighted_f1',
  'f1',
  'mcc',
  'kappa',
];

const checkProbabilities: Check = ({ probabilities, target, metric }) => {
  if (probabilities === undefined) return [];
  if (target.task === 'regression')
    return [finding(['probabilities'], 'A regression has no probabilities. Remove it.')];
  if (probabilities.threshold === 'half' || DECIDING.includes(metric)) return [];
  const list = DECIDING.map((name) => `\`${name}\``).join(', ');
  return [
    finding(
      ['probabilities', 'threshold'],
      `No threshold can be tuned for \`${metric}\`. Choose one of ${list}, or \`half\`.`,
    ),
  ];
};

const checkSelect: Check = ({ features: { select } }) => {
  const isOneOf = (methods: readonly string[]) => methods.includes(select.method);
  const found: Finding[] = [];
  if (select.keep !== undefined && !isOneOf(RANKING_METHODS))
    found.push(
      finding(
        ['features', 'select', 'keep'],
        `\`${select.method}\` does not rank columns. Methods with \`keep\`: ${RANKING_METHODS.join(', ')}.`,
      ),
    );
  if (select.threshold !== undefined && !isOneOf(THRESHOLD_METHODS))
    found.push(
      finding(
        ['features', 'select', 'threshold'],
        `\`${select.method}\` has no threshold. Methods with one: ${THRESHOLD_METHODS.join(', ')}.`,
      ),
    );
  return found;
};

const checkTargetType: Check = ({ target, columns }) => {
  const type = entryOf(columns.types, target.column);
  if (target.task !== 'regression' || type === undefined || type === 'number') return [];
  const path = ['columns', 'types', target.column];
  return [finding(path, 'The target of a regression is a number.')];
};

const CHECKS: readonly Check[] = [
  checkTableFields,
  checkGlobal,
  checkParents,
  checkWarmStart,
  checkScheme,
  checkRepeats,
  checkLookingBack,
  checkTargetInFeatures,
  checkNewNames,
  checkRoles,
  checkRegression,
  checkProbabilities,
  checkIntervals,
  checkAnomaly,
  checkSelect,
  checkComponents,
  checkTargetType,
];
