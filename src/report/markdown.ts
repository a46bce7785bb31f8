import type { SideScores } from '../partition/evaluate-facts.ts';
import { answerText } from './answer.ts';
import { baselineScore } from './baseline-score.ts';
import type { ModelSection, PartitionRow, ReportFacts } from './facts.ts';
import { shorten } from './html/html.ts';
import { coverageText, intervalLines } from './interval-coverage.ts';
import { escapeMarkdown } from './markdown-text.ts';
import { metricMeaning, metricName } from './metric-words.ts';
import { ensemblesOf, needsOf } from './model-lines.ts';
import {
  countedText,
  countText,
  intervalText,
  numberText,
  rangeText,
  scoreText,
  signedText,
} from './number-text.ts';
import { togetherVerdict } from './verdict-text.ts';

/** The report's main tables as Markdown. */
export function renderMarkdown(facts: ReportFacts): string {
  const { question, run, data } = facts;
  return [
    `# ${escapeMarkdown(run.experiment)}`,
    '',
    `${run.status}. Predicts ${escapeMarkdown(question.target)} by ${escapeMarkdown(question.partitionBy.join(' / '))} from ${countedText(data.rows, 'row')} in ${countedText(data.partitions, 'partition')}.`,
    '',
    `${metricName(question.metric)}: ${metricMeaning(question.metric)}.`,
    '',
    ...totalLines(facts),
    '## Best model of each partition',
    '',
    '| partition | rows | answered by | best own model | guessing | global | own | own, nested | 95 % | optimism | own ahead by | 95 % | holdout, global | holdout, own |',
    '|---|--:|---|---|--:|--:|--:|--:|---|--:|--:|---|--:|--:|',
    ...facts.partitions.shown.map(partitionLine),
    ...(facts.global === null ? [] : [globalLine(facts.global)]),
    '',
    'Guessing, global, own and the difference are measured in cross-validation. Nested: each fold is judged by the candidate that is best on the other folds, so that the choice is no head start; the optimism is how much better the best candidate looks on the rows that chose it. The difference is between nested scores.',
    ...cutLines(facts),
    '',
    ...parentLines(facts),
    ...ensembleLines(facts),
    ...needLines(facts),
    ...intervalTable(facts),
    ...warningLines(facts),
    `Run ${run.runId} · spec \`${run.specDigest}\` · snapshot \`${run.snapshotDigest ?? '–'}\``,
    '',
  ].join('\n');
}

function totalLines(facts: ReportFacts): readonly string[] {
  const { served, own, global } = facts.totals;
  const together = togetherVerdict(facts);
  const lines = [];
  if (served !== null)
    lines.push(
      `- **${scoreText(served.holdout)}** on ${countedText(served.holdoutRows, 'holdout row')}, each answered by the model chosen for it`,
    );
  if (own !== null && global !== null)
    lines.push(
      `- ${scoreText(own.holdout)} by own models and ${scoreText(global.holdout)} by the model without partition, on the same holdout rows`,
    );
  if (together !== null) lines.push(`- ${together}`);
  return lines.length === 0 ? [] : [...lines, ''];
}

function partitionLine(row: PartitionRow): string {
  return line([
    escapeMarkdown(shorten(row.name)),
    countText(row.rows),
    answerText(row),
    row.algorithm ?? '–',
    scoreText(row.baseline),
    scoreText(row.global?.cv),
    scoreText(row.own?.cv),
    ...nestedCells(row.own),
    signedText(row.difference, row.interval),
    intervalText(row.interval),
    scoreText(row.global?.holdout),
    scoreText(row.own?.holdout),
  ]);
}

function globalLine(global: ModelSection): string {
  const { cv, holdout } = global.scores ?? {};
  const nested = nestedCells(global.scores);
  const scores = [scoreText(baselineScore(global)), scoreText(cv), '', ...nested, '', ''];
  return line([
    '*without partition*',
    countText(global.rows),
    '',
    global.algorithm,
    ...scores,
    scoreText(holdout),
    '',
  ]);
}

function nestedCells(scores: SideScores | null): readonly string[] {
  if (scores === null) return ['–', '', ''];
  const { cv, nested, nestedInterval, optimism } = scores;
  return [scoreText(nested), rangeText(nestedInterval), signedText(optimism, cv.value)];
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function parentLines({ parents, spec }: ReportFacts): readonly string[] {
  if (parents === undefined) return [];
  const key = escapeMarkdown(spec.partition.parents?.join(' / ') ?? '');
  return [
    `## Partitions taken together by ${key}`,
    '',
    `| ${key} | rows | answered by | best model | global, nested | parent, nested | parent ahead by | 95 % | holdout, global | holdout, parent |`,
    '|---|--:|---|---|--:|--:|--:|---|--:|--:|',
    ...parents.map((row) =>
      line([
        escapeMarkdown(shorten(row.name)),
        countText(row.rows),
        answerText(row),
        row.algorithm ?? '–',
        scoreText(row.global?.nested),
        scoreText(row.own?.nested),
        signedText(row.difference, row.interval),
        intervalText(row.interval),
        scoreText(row.global?.holdout),
        scoreText(row.own?.holdout),
      ]),
    ),
    '',
  ];
}

function ensembleLines(facts: ReportFacts): readonly string[] {
  const ensembles = ensemblesOf(facts);
  if (ensembles.length === 0) return [];
  return [
    '## Ensembles',
    '',
    ...ensembles.map(({ name, members }) => `- ${escapeMarkdown(shorten(name))}: ${members}`),
    '',
  ];
}

/** Columns that are told of a model. */
const TOLD_COLUMNS = 8;

function needLines(facts: ReportFacts): readonly string[] {
  const needs = needsOf(facts, TOLD_COLUMNS);
  if (needs.length === 0) return [];
  return [
    '## What the models need',
    '',
    `Loss in ${metricName(facts.question.metric)} when a column is dealt anew among the holdout rows, mean and deviation over the repeats. How predictions move with the columns that matter most is drawn in the HTML report.`,
    '',
    '| model | column | loss | ± | holdout rows |',
    '|---|---|--:|--:|--:|',
    ...needs.flatMap(({ name, rows, columns }) =>
      columns.map(({ column, loss, deviation }) =>
        line([
          escapeMarkdown(shorten(name)),
          escapeMarkdown(shorten(column)),
          numberText(loss),
          numberText(deviation),
          countText(rows),
        ]),
      ),
    ),
    '',
  ];
}

function intervalTable(facts: ReportFacts): readonly string[] {
  const band = facts.totals.served?.band;
  if (band === undefined) return [];
  const { lines, rest } = intervalLines(facts);
  return [
    '## Prediction intervals',
    '',
    `${coverageText(band)}, each by the model that answers for it.`,
    '',
    '| partition | answered by | interval | from rows | within | holdout rows |',
    '|---|---|--:|--:|--:|--:|',
    ...lines.map(({ name, who, reach, calibrated, coverage, rows }) =>
      line([
        escapeMarkdown(shorten(name)),
        who,
        reach,
        countText(calibrated),
        coverage,
        countText(rows),
      ]),
    ),
    ...(rest === null ? [] : ['', escapeMarkdown(rest)]),
    '',
  ];
}

function cutLines({ partitions: { shown, total } }: ReportFacts): readonly string[] {
  if (total <= shown.length) return [];
  return ['', `${countText(shown.length)} of ${countedText(total, 'partition')} shown.`];
}

function warningLines({ data: { warnings } }: ReportFacts): readonly string[] {
  if (warnings.length === 0) return [];
  return ['## Warnings', '', ...warnings.map((text) => `- ${escapeMarkdown(text)}`), ''];
}
