import { printable } from '../domain/printable.ts';
import type { PartitionRow, ReportFacts } from './facts.ts';
import { countText, scoreText, signedText } from './number-text.ts';

const SHOWN = 40;
const MAX_NAME = 40;

/** The report for a terminal: aligned columns, no colour, at most 40 partitions. */
export function renderText(facts: ReportFacts): string {
  const { run, question, totals } = facts;
  const shown = facts.partitions.shown.slice(0, SHOWN);
  const key = printable(question.partitionBy.join('/'), MAX_NAME);
  const rows = [
    [key, 'rows', 'best algorithm', 'oof', 'holdout', 'global', 'own−global', 'answers'],
    ...shown.map(partitionCells),
  ];
  const lines = [
    `${run.experiment}: ${run.status}. ${printable(question.target)} by ${key}, ${question.metric}${question.isLowerBetter ? ' (lower is better)' : ''}`,
    '',
    ...alignColumns(rows),
  ];
  if (facts.partitions.total > shown.length)
    lines.push(`… ${countText(facts.partitions.total - shown.length)} more`);
  if (facts.global !== null) {
    lines.push(
      '',
      `without partition: ${facts.global.algorithm}, oof ${scoreText(facts.global.scores?.cv)}, holdout ${scoreText(facts.global.scores?.holdout)}`,
    );
  }
  lines.push(
    `holdout, all rows: model set ${scoreText(totals.served?.holdout)}; identical rows: own ${scoreText(totals.own?.holdout)}, global ${scoreText(totals.global?.holdout)}`,
  );
  for (const warning of facts.data.warnings.slice(0, 10))
    lines.push(`warning: ${printable(warning)}`);
  return `${lines.join('\n')}\n`;
}

function partitionCells(row: PartitionRow): readonly string[] {
  return [
    printable(row.name, MAX_NAME),
    countText(row.rows),
    row.algorithm ?? '–',
    scoreText(row.own?.cv),
    scoreText(row.own?.holdout),
    scoreText(row.global?.holdout),
    signedText(row.difference),
    row.status === 'trained'
      ? (row.verdict ?? 'own')
      : `${row.status}${row.reason === null ? '' : ` (${row.reason})`}`,
  ];
}

/** Text columns to the left, numbers to the right. */
export function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const isNumber = column > 0 && column !== 2 && column !== row.length - 1;
        return isNumber ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
      })
      .join('  ')
      .trimEnd(),
  );
}
