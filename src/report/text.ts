import { printable } from '../domain/printable.ts';
import { answerText } from './answer.ts';
import { baselineScore } from './baseline-score.ts';
import type { PartitionRow, ReportFacts } from './facts.ts';
import { coverageText } from './interval-coverage.ts';
import { metricMeaning } from './metric-words.ts';
import { ensemblesOf, needsOf } from './model-lines.ts';
import {
  countedText,
  countText,
  durationText,
  numberText,
  rangeText,
  scoreText,
  signedText,
} from './number-text.ts';
import { togetherVerdict } from './verdict-text.ts';

const SHOWN = 40;
const MAX_NAME = 40;
const SHOWN_WARNINGS = 10;
/** Name and the last two columns are text; numbers stand to the right. */
const TEXT_COLUMNS: ReadonlySet<number> = new Set([0, 9, 10]);

/** The report for a terminal: aligned columns, no colour, at most 40 partitions. */
export function renderText(facts: ReportFacts): string {
  const { run, question, data } = facts;
  const shown = facts.partitions.shown.slice(0, SHOWN);
  const key = printable(question.partitionBy.join('/'), MAX_NAME);
  const heads = [
    'rows',
    'guessing',
    'global',
    'own',
    'nested',
    'optimism',
    'ahead',
    'holdout',
    'best model',
    'answers',
  ];
  const rows = [[key, ...heads], ...shown.map(partitionCells), ...globalCells(facts)];
  const hidden = facts.partitions.total - shown.length;
  return [
    `${printable(run.experiment)} ${run.status} · predicts ${printable(question.target)} by ${key}`,
    `${countedText(data.rows, 'row')} in ${countedText(data.partitions, 'partition')} from ${printable(data.source)}`,
    `${question.metric}: ${metricMeaning(question.metric)}`,
    '',
    ...alignColumns(rows),
    ...(hidden > 0 ? [`… and ${countText(hidden)} more`] : []),
    '',
    'guessing (always the same answer), global, own: cross-validation; holdout: the own model on rows that no choice has seen;',
    'nested: own, each fold judged by the candidate that is best on the other folds; optimism: how much too good own is beside it',
    'ahead: own against global, both nested',
    '',
    ...parentTable(facts),
    ...totalLines(facts),
    ...modelLines(facts),
    facts.timings.map(({ stage, ms }) => `${stage} ${durationText(ms)}`).join(' · '),
    ...data.warnings.slice(0, SHOWN_WARNINGS).map((warning) => `warning: ${printable(warning)}`),
    '',
  ].join('\n');
}

function partitionCells(row: PartitionRow): readonly string[] {
  return [
    printable(row.name, MAX_NAME),
    countText(row.rows),
    scoreText(row.baseline),
    scoreText(row.global?.cv),
    scoreText(row.own?.cv),
    scoreText(row.own?.nested),
    signedText(row.own?.optimism ?? null, row.own?.cv.value),
    signedText(row.difference, row.own?.cv.value),
    scoreText(row.own?.holdout),
    row.algorithm ?? '–',
    answerText(row),
  ];
}

function globalCells({ global, data }: ReportFacts): readonly (readonly string[])[] {
  if (global === null) return [];
  const { cv, nested, optimism = null, holdout } = global.scores ?? {};
  const scores = [
    scoreText(baselineScore(global)),
    scoreText(cv),
    '',
    scoreText(nested),
    signedText(optimism, cv?.value),
    '',
    scoreText(holdout),
  ];
  return [['without partition', countText(data.rows), ...scores, global.algorithm, '']];
}

/** The unions of partitions by themselves, where they were asked for. */
function parentTable({ parents, spec }: ReportFacts): readonly string[] {
  if (parents === undefined) return [];
  const key = printable(spec.partition.parents?.join('/') ?? '', MAX_NAME);
  const heads = [key, 'rows', 'global', 'parent', 'ahead', 'holdout', 'best model', 'answers'];
  const shown = parents
    .slice(0, SHOWN)
    .map((row) => [
      printable(row.name, MAX_NAME),
      countText(row.rows),
      scoreText(row.global?.nested),
      scoreText(row.own?.nested),
      signedText(row.difference, row.own?.cv.value),
      scoreText(row.own?.holdout),
      row.algorithm ?? '–',
      answerText(row),
    ]);
  const hidden = parents.length - shown.length;
  return [
    `partitions taken together by ${key}; global, parent: nested`,
    ...alignColumns([heads, ...shown], new Set([0, 6, 7])),
    ...(hidden > 0 ? [`… and ${countText(hidden)} more`] : []),
    '',
  ];
}

/** Models, and columns of each, that are told. */
const TOLD = 5;

function modelLines(facts: ReportFacts): readonly string[] {
  const ensembles = ensemblesOf(facts)
    .slice(0, TOLD)
    .map(({ name, members }) => `${printable(name, MAX_NAME)}: ensemble of ${members}`);
  const needs = needsOf(facts, TOLD)
    .slice(0, TOLD)
    .map(({ name, rows, columns }) => {
      const listed = columns.map(
        ({ column, loss }) => `${printable(column, MAX_NAME)} ${numberText(loss)}`,
      );
      const what = listed.length === 0 ? 'no column' : listed.join(', ');
      return `${printable(name, MAX_NAME)} needs ${what} (loss when dealt anew among ${countedText(rows, 'holdout row')})`;
    });
  const lines = [...ensembles, ...needs];
  return lines.length === 0 ? [] : [...lines, ''];
}

function totalLines(facts: ReportFacts): readonly string[] {
  const { served, own, global } = facts.totals;
  const together = togetherVerdict(facts);
  const lines = [];
  if (served !== null)
    lines.push(
      `${scoreText(served.holdout)} on all ${countedText(served.holdoutRows, 'holdout row')}, each by the model that answers for it`,
      `${scoreText(served.nested)} (95 % ${rangeText(served.nestedInterval)}) in nested cross-validation, by rows that chose who answers, too`,
    );
  if (own !== null && global !== null)
    lines.push(
      `${scoreText(own.holdout)} by own models and ${scoreText(global.holdout)} by the global one, on the holdout rows that both predicted`,
    );
  if (together !== null) lines.push(together);
  if (served?.band !== undefined) lines.push(coverageText(served.band));
  return [...lines, ''];
}

function alignColumns(
  rows: readonly (readonly string[])[],
  texts = TEXT_COLUMNS,
): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const aligned = (cell: string, column: number) =>
    texts.has(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(aligned).join('  ').trimEnd());
}
