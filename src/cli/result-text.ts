import Table from 'cli-table3';
import { displayPartition } from '../domain/partition.ts';
import { printable } from '../domain/printable.ts';
import type { PartitionRow, RunResult, ScoredModel } from '../domain/result.ts';
import { answerOf, statusText } from '../report/answer.ts';
import { metricMeaning } from '../report/metric-words.ts';
import {
  countedText,
  countText,
  durationText,
  numberText,
  percentText,
  signedText,
} from '../report/number-text.ts';
import { togetherText } from '../report/together-text.ts';
import { NO_BORDER } from './table-borders.ts';
import type { Colors } from './terminal.ts';

/** Longer tables are cut: the report has them all. */
const MAX_ROWS = 30;
const MAX_WARNINGS = 10;
const MAX_FAILURES = 5;
const MAX_NAME = 40;

/** A run's result for people: what happened, the best model of each partition and without partition, what to do next. */
export function resultText(result: RunResult, colors: Colors): string {
  const parts = [
    headline(result, colors),
    ...(result.error === null ? [] : [colors.red(printable(result.error))]),
    '',
    ...(result.partitions.length === 0 ? [] : partitionLines(result, colors)),
    ...nextLines(result),
  ];
  return `${parts.join('\n')}\n`;
}

function partitionLines(result: RunResult, colors: Colors): readonly string[] {
  const hidden = result.partitions.length - MAX_ROWS;
  return [
    resultTable(result, colors),
    ...(hidden > 0
      ? [`  … and ${countText(hidden)} more: partita runs show ${result.runId} --all`]
      : []),
    '',
    ...totalsLines(result),
    ...needLines(result),
    ...failureLines(result, colors),
    ...warningLines(result.warnings, colors),
    '',
  ];
}

/** Only the table, with every partition. */
export function fullTable(result: RunResult, colors: Colors): string {
  return `${resultTable(result, colors, result.partitions.length)}\n`;
}

function headline(
  { experiment, status, counts, timings, partitions }: RunResult,
  colors: Colors,
): string {
  const paint =
    status === 'SUCCEEDED' ? colors.green : status === 'PARTIAL' ? colors.yellow : colors.red;
  const total = timings['total'];
  const time = typeof total === 'number' ? ` in ${durationText(total)}` : '';
  const parts = (['trained', 'reused', 'merged', 'global', 'skipped', 'failed'] as const)
    .filter((name) => counts[name] > 0)
    .map((name) => `${countText(counts[name])} ${statusText(name)}`);
  return [
    `${colors.bold(printable(experiment))} ${paint(status)}${time} · ${countedText(counts.rows, 'row')} in ${countedText(counts.partitions, 'partition')}`,
    ...(counts.trained === counts.partitions ? [] : [parts.join('; ')]),
    ...selectionLines(partitions),
  ].join('\n');
}

function selectionLines(partitions: RunResult['partitions']): readonly string[] {
  const taken = partitions.filter((row) => row.selectionOrigin !== undefined).length;
  return taken === 0
    ? []
    : [`columns of ${countedText(taken, 'partition')} as earlier runs selected them`];
}

function resultTable(result: RunResult, colors: Colors, limit = MAX_ROWS): string {
  const { metric } = result;
  const heads = [
    'partition',
    'rows',
    'best own model',
    'global',
    'own',
    'own ahead',
    'holdout',
    'answers',
  ];
  const table = new Table({
    chars: NO_BORDER,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'left', 'right', 'right', 'right', 'right', 'left'],
    head: heads.map((head) => colors.dim(head)),
  });
  for (const row of result.partitions.slice(0, limit)) table.push(partitionCells(row, colors));
  if (result.global !== null) table.push(globalCells(result.global, result.counts.rows));
  return [
    colors.dim(` ${metric}: ${metricMeaning(metric)}`),
    colors.dim(
      ' global, own: cross-validation; own ahead: the same, chosen and judged on different rows',
    ),
    colors.dim(' holdout: the own model on rows that no choice has seen'),
    table.toString().replace(/ +$/gm, ''),
  ].join('\n');
}

function partitionCells(row: PartitionRow, colors: Colors): string[] {
  return [
    printable(displayPartition(row.key, row.partition), MAX_NAME),
    countText(row.rows),
    row.algorithm ?? '–',
    numberText(row.global.cv),
    numberText(row.cv),
    signedText(row.difference, row.cv),
    numberText(row.holdout),
    answerCell(row, colors),
  ];
}

/** Why is said where it is not the scores that decided. */
function answerCell(row: PartitionRow, colors: Colors): string {
  const { who, why } = answerOf(row);
  const hasOwn = row.status === 'trained' || row.status === 'reused';
  if (row.verdict === 'blend') return `${who} (${why})`;
  if (hasOwn && row.reason === undefined) return row.verdict === 'tie' ? `${who} (tie)` : who;
  return who === 'nobody' ? colors.yellow(`nobody (${why})`) : `${who} (${why})`;
}

function globalCells({ algorithm, cv, holdout }: ScoredModel, rows: number): string[] {
  const scores = [numberText(cv), '', '', numberText(holdout)];
  return ['without partition', countText(rows), algorithm ?? '–', ...scores, ''];
}

function totalsLines({ totals, partitions, parents }: RunResult): readonly string[] {
  const { own, global, served, comparison } = totals;
  const lines: string[] = [];
  if (served !== null)
    lines.push(
      `  ${numberText(served.holdout)} on all holdout rows, each answered by the model chosen for it`,
    );
  if (own !== null && global !== null)
    lines.push(
      `  ${numberText(own.holdout)} by own models, ${numberText(global.holdout)} by the global model, on the same holdout rows`,
    );
  if (comparison !== undefined) {
    const pooled = partitions.filter(({ reason }) => reason === 'pooled_evidence').length;
    const ties = partitions.filter(
      ({ verdict, reason }) => verdict === 'tie' && reason === undefined,
    ).length;
    // Against parents it is another difference that is open.
    const counts = parents === undefined ? { open: ties + pooled, pooled } : { open: 0, pooled: 0 };
    lines.push(`  ${togetherText({ comparison, ...counts })}`);
  }
  const intervals = served?.intervals;
  if (intervals !== undefined && intervals.coverage !== null)
    lines.push(
      `  ${percentText(intervals.level)} intervals hold ${percentText(intervals.coverage)} of ${countedText(intervals.rows, 'holdout row')}`,
    );
  return lines;
}

/** Of the model without partition; those of partitions are in the report. */
function needLines({ global, partitions, runId }: RunResult): readonly string[] {
  const needs = global?.needs;
  if (needs === undefined)
    return partitions.some((row) => row.needs !== undefined)
      ? [`  what each model needs: partita report ${runId} --format md`]
      : [];
  const listed = needs.map(
    ({ column, loss }) => `${printable(column, MAX_NAME)} (${numberText(loss)})`,
  );
  if (listed.length === 0) return ['  the global model loses by no column that is dealt anew'];
  return [`  the global model needs ${listed.join(', ')}: its loss when the column is dealt anew`];
}

function failureLines({ partitions }: RunResult, colors: Colors): readonly string[] {
  const failed = partitions.filter(({ message }) => message !== undefined);
  const lines = failed.slice(0, MAX_FAILURES).map(({ key, partition, message }) => {
    const name = printable(displayPartition(key, partition), MAX_NAME);
    return colors.yellow(`  ${name} failed: ${printable(message ?? '', 200)}`);
  });
  const hidden = failed.length - lines.length;
  return hidden > 0 ? [...lines, `  … and ${countText(hidden)} more failed`] : lines;
}

function warningLines(warnings: readonly string[], colors: Colors): readonly string[] {
  const shown = warnings.slice(0, MAX_WARNINGS);
  const lines = shown.map((warning) => colors.yellow(`  warning: ${printable(warning)}`));
  const hidden = warnings.length - shown.length;
  return hidden > 0
    ? [...lines, `  … and ${countedText(hidden, 'more warning')} in the report`]
    : lines;
}

function nextLines({ runId, report }: RunResult): readonly string[] {
  if (report === null) return [`  next     partita runs show ${runId} --json`];
  return [
    `  report   ${report}`,
    `  next     partita predict ${runId} --data new.csv --out scored.csv`,
  ];
}
