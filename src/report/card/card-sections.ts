import type { Json, JsonObject } from '../../domain/json.ts';
import { metricMeaning, metricName } from '../metric-words.ts';
import {
  countedText,
  countText,
  intervalText,
  numberText,
  percentText,
  rangeText,
  scoreText,
  signedText,
} from '../number-text.ts';
import type { CardFacts } from './card-facts.ts';

/** A part of the card: answers by question, then at most one table. All of it is plain text. */
export type CardSection = {
  readonly title: string;
  readonly answers: readonly (readonly [question: string, answer: string])[];
  readonly table?: {
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
  };
};

const SHOWN = 30;

/** The card in the order in which reviewers ask; every format is made of these. */
export function cardSections(facts: CardFacts): readonly CardSection[] {
  return [
    purpose(facts),
    data(facts),
    features(facts),
    choice(facts),
    candidates(facts),
    making(facts),
    use(facts),
    ...notes(facts),
  ];
}

export function cardTitle({ made, question }: CardFacts): string {
  const where = made.scope === 'global' ? 'all rows, without partition' : made.partition;
  return `${made.experiment}: ${question.target.column} of ${where}`;
}

function purpose({ said, withheld, made, question, bytes, model }: CardFacts): CardSection {
  const tags = [...said.model.tags, ...said.run.tags];
  const tag = (name: string) => tags.find((one) => one.name === name)?.text;
  const others = tags.filter(({ name }) => name !== 'purpose' && name !== 'owner');
  const classes = bytes?.classes ?? [];
  return {
    title: 'Purpose',
    answers: [
      ...(withheld === null ? [] : [['IN QUARANTINE', `It must not answer: ${withheld}`] as const]),
      ['model', model],
      [
        'purpose',
        tag('purpose') ?? `not stated; state it with: partita tag ${made.runId} purpose=…`,
      ],
      ['owner', tag('owner') ?? `not stated; state it with: partita tag ${made.runId} owner=…`],
      ['predicts', `${question.target.column}, ${question.target.task}`],
      ...(classes.length === 0 ? [] : [['classes', classes.join(', ')] as const]),
      ['for', made.scope === 'global' ? 'all rows, without partition' : made.partition],
      ['algorithm', algorithmText(made.algorithm, made.parameters)],
      ...(others.length === 0
        ? []
        : [
            [
              'tags',
              others.map(({ name, text }) => (text ? `${name}=${text}` : name)).join(', '),
            ] as const,
          ]),
    ],
  };
}

function data({ made, source, rows, question, bytes }: CardFacts): CardSection {
  const { validate, partition } = question;
  const excluded = Object.entries(rows?.excluded ?? {});
  return {
    title: 'Data',
    answers: [
      ['source', source],
      ['snapshot', made.data.snapshot],
      ['rows of it', made.data.rows],
      ['partition by', partition.by.join(' / ')],
      ['rows', countText(made.data.rowCount)],
      ['trained on', countText(made.trainedRows)],
      ...(rows === null ? [] : [['holdout', countText(rows.holdout)] as const]),
      ...(excluded.length === 0
        ? []
        : [
            [
              'left out',
              excluded.map(([why, count]) => `${countText(count)} ${words(why)}`).join(', '),
            ] as const,
          ]),
      [
        'split',
        `${validate.scheme}: ${percentText(validate.holdout)} holdout that no choice sees, ${validate.folds} folds of the rest; the model is fitted on ${validate.refit === 'all' ? 'all rows after scoring' : 'the training rows'}`,
      ],
      ['folds', made.data.folds],
      ...(bytes === null
        ? []
        : [
            [
              'a row must have',
              bytes.columns.map(({ name, kind }) => `${name} (${kind})`).join(', '),
            ] as const,
          ]),
    ],
  };
}

function features({ made, selection, bytes }: CardFacts): CardSection {
  const stability = new Map(selection?.stability.map(({ column, share }) => [column, share]));
  const kept = (selection?.kept ?? made.selection?.kept ?? []).map((column) => {
    const share = stability.get(column);
    return [column, 'kept', share === undefined ? '' : `in ${percentText(share)} of the folds`];
  });
  const dropped = (selection?.dropped ?? []).map(({ column, because }) => [
    column,
    'dropped',
    because,
  ]);
  const importance = bytes?.importance.slice(0, SHOWN) ?? [];
  return {
    title: 'Features, and why',
    answers: [
      ['selected by', selection?.method ?? made.selection?.method ?? 'no selection'],
      ['the model sees', made.features.slice(0, SHOWN).join(', ')],
      ...(importance.length === 0
        ? []
        : [
            [
              'it looks at',
              importance.map(({ feature, share }) => `${feature} ${percentText(share)}`).join(', '),
            ] as const,
          ]),
    ],
    ...(kept.length + dropped.length === 0
      ? {}
      : { table: { head: ['column', '', 'why'], rows: [...kept, ...dropped].slice(0, 100) } }),
  };
}

function choice({ choice: chosen, scores, made, question }: CardFacts): CardSection {
  const { metric, runnerUp, margin, comparison } = chosen;
  const beside = scores?.cv.value ?? undefined;
  const answer = made.answer;
  return {
    title: 'How good it is, and how it was chosen',
    answers: [
      ['metric', `${metricName(metric)}: ${metricMeaning(metric)}`],
      ['guessing', scoreText(chosen.baseline)],
      [
        'cross-validation',
        `${scoreText(scores?.cv)} ${rangeText(scores?.cvInterval ?? null)}`.trim(),
      ],
      [
        'after the choice',
        `${scoreText(scores?.nested)} ${rangeText(scores?.nestedInterval ?? null)}, too good by ${signedText(scores?.optimism ?? null, beside)}`,
      ],
      [
        'holdout',
        `${scoreText(scores?.holdout)} ${rangeText(scores?.holdoutInterval ?? null)} on ${countedText(scores?.holdoutRows ?? 0, 'row')}`,
      ],
      ['search', question.tune.method],
      ['rule', 'the best metric on pooled out-of-fold rows; a tie goes to the simpler algorithm'],
      [
        'margin',
        runnerUp === null
          ? 'there was no other candidate with a score'
          : `${numberText(margin, beside)} better than ${algorithmText(runnerUp.algorithm, runnerUp.parameters)} (${numberText(runnerUp.cv, beside)})`,
      ],
      ...(comparison === null
        ? []
        : [
            [
              'against the model without partition',
              `${signedText(comparison.difference, comparison.interval)} ahead, 95 % ${intervalText(comparison.interval)}, on ${countedText(comparison.rows, 'row')}`,
            ] as const,
          ]),
      ...(answer === null ? [] : [['verdict', `${answer.verdict ?? answer.status}`] as const]),
    ],
  };
}

function candidates({ made }: CardFacts): CardSection {
  return {
    title: 'All candidates',
    answers: [],
    table: {
      head: ['algorithm', 'parameters', 'seed', 'cross-validation', 'folds', ''],
      rows: made.candidates.map(
        ({ algorithm, parameters, seed, cv, foldScores, because, isBest }) => [
          algorithm,
          parametersText(parameters),
          seed,
          cv === null ? (because ?? 'no score') : numberText(cv),
          foldScores.map((score) => numberText(score)).join(', '),
          isBest ? 'chosen' : '',
        ],
      ),
    },
  };
}

function making({ made, lineage, reproductions }: CardFacts): CardSection {
  const { code, environment } = made;
  return {
    title: 'How it was made',
    answers: [
      ['run', `${made.runId}, ${made.status}, ${moment(made.createdAt)}, by ${made.requestedBy}`],
      ...(made.origin === null
        ? []
        : [['fitted by', `run ${made.origin}, from the same rows, spec, seed and code`] as const]),
      ...(made.selection === null || made.selection.origin === null
        ? []
        : [['columns selected by', `run ${made.selection.origin}`] as const]),
      ...(made.notReproducible === null ? [] : [['ALARM', made.notReproducible] as const]),
      ['spec', made.spec],
      ['seed', `${made.seed}, made from ${made.rootSeed}`],
      [
        'code',
        `${code.sourceDigest}${code.gitCommit === null ? '' : `, commit ${code.gitCommit}${code.dirty ? ' with changes' : ''}`}`,
      ],
      ['locked packages', code.lockfileDigest],
      ['fitting code', code.partitionBundleDigest ?? 'not recorded'],
      ['machine', parametersText(environment.facts)],
      ['attempts', made.attempts.map(({ outcome }) => outcome).join(', ')],
      ['made', `${countedText(lineage.makingCount, 'time')} with these very bytes`],
      [
        'made again',
        reproductions.length === 0
          ? `not tried; try it with: partita reproduce ${made.runId}`
          : reproductions
              .map(
                ({ isReproduced, cause, at, actor }) =>
                  `${moment(at)} by ${actor}: ${isReproduced ? 'every step the same' : `not the same, for reason of ${cause}`}`,
              )
              .join('; '),
      ],
    ],
  };
}

function use({ lineage, aliases, promotions, sameRows }: CardFacts): CardSection {
  const uses = lineage.uses
    .slice(0, SHOWN)
    .map(({ partition, runId, verdict, status }) => [partition, runId, verdict ?? status]);
  return {
    title: 'Where it answers, and who said so',
    answers: [
      [
        'answers for',
        lineage.useCount === 0 ? 'nobody' : countedText(lineage.useCount, 'partition'),
      ],
      [
        'by name',
        aliases.length === 0
          ? 'no'
          : aliases.map(({ experiment, alias }) => `${experiment}@${alias}`).join(', '),
      ],
      ...promotions.map(
        ({ alias, kind, at, actor, reason }) =>
          [
            kind,
            `${alias}, ${moment(at)}, by ${actor}${reason === null ? '' : `: ${reason}`}`,
          ] as const,
      ),
      [
        'the same rows',
        `trained ${countedText(sameRows.models, 'model')} in ${countedText(sameRows.runs, 'run')}${sameRows.aliases.length === 0 ? '' : `, of which ${sameRows.aliases.map(({ experiment, alias }) => `${experiment}@${alias}`).join(', ')} answer now`}`,
      ],
    ],
    ...(uses.length === 0 ? {} : { table: { head: ['partition', 'run', 'verdict'], rows: uses } }),
  };
}

function notes({ said }: CardFacts): readonly CardSection[] {
  const all = [...said.model.notes, ...said.run.notes];
  if (all.length === 0) return [];
  const answers = all.map(({ text, at, actor }) => [`${moment(at)}, ${actor}`, text] as const);
  return [{ title: 'Notes', answers }];
}

function algorithmText(algorithm: string, parameters: JsonObject): string {
  return [algorithm, parametersText(parameters)].filter(Boolean).join(' · ');
}

function parametersText(parameters: JsonObject): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${words(name)} ${valueText(value)}`)
    .join(', ');
}

function valueText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function words(name: string): string {
  return name.replaceAll('_', ' ');
}

function moment(at: string): string {
  return `${at.slice(0, 16).replace('T', ' ')} UTC`;
}
