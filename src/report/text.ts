import { printable } from '../domain/printable.ts';
import { answerText } from './answer.ts';
import { baselineScore } from './baseline-score.ts';
import type { PartitionRow, ReportFacts } from './facts.ts';
import { metricMeaning } from './metric-words.ts';
import { countedText, countText, durationText, scoreText, signedText } from './number-text.ts';

const SHOWN = 40;
const MAX_NAME = 40;
const SHOWN_WARNINGS = 10;
/** Name and the last two columns are text; numbers stand to the right. */
const TEXT_COLUMNS: ReadonlySet<number> = new Set([0, 7, 8]);

/** The report for a terminal: aligned columns, no colour, at most 40 partitions. */
export function renderText(facts: ReportFacts): string {
  const { run, question, data } = facts;
  const shown = facts.partitions.shown.slice(0, SHOWN);
  const key = printable(question.partitionBy.join('/'), MAX_NAME);
  const heads = ['rows', 'guessing', 'global', 'own', 'ahead', 'holdout', 'best model', 'answers'];
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
    'ahead: own against global in cross-validation, the own candidate chosen on other rows than it is judged on',
    '',
    ...totalLines(facts),
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
    signedText(row.difference, row.own?.cv.value ?? undefined),
    scoreText(row.own?.holdout),
    row.algorithm ?? '–',
    answerText(row),
  ];
}

function globalCells({ global, data }: ReportFacts): readonly (readonly string[])[] {
  if (global === null) return [];
  const { cv, holdout } = global.scores ?? {};
  const scores = [scoreText(baselineScore(global)), scoreText(cv), '', '', scoreText(holdout)];
  return [['without partition', countText(data.rows), ...scores, global.algorithm, '']];
}

function totalLines({ totals: { served, own, global } }: ReportFacts): readonly string[] {
  const lines = [];
  if (served !== null)
    lines.push(
      `${scoreText(served.holdout)} on all ${countedText(served.holdoutRows, 'holdout row')}, each by the model that answers for it`,
    );
  if (own !== null && global !== null)
    lines.push(
      `${scoreText(own.holdout)} by own models and ${scoreText(global.holdout)} by the global one, on the holdout rows that both predicted`,
    );
  return [...lines, ''];
}

function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const aligned = (cell: string, column: number) =>
    TEXT_COLUMNS.has(column)
      ? cell.padEnd(widths[column] ?? 0)
      : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(aligned).join('  ').trimEnd());
}
