import Table from 'cli-table3';
import { isLowerBetter } from '../domain/metric.ts';
import { displayPartition } from '../domain/partition.ts';
import { printable } from '../domain/printable.ts';
import type { PartitionRow, RunResult, ScoredModel } from '../domain/result.ts';
import { countText, durationText, numberText } from '../report/number-text.ts';
import type { Colors } from './terminal.ts';

/** Longer tables are cut: the report has them all. */
const MAX_ROWS = 30;
const MAX_WARNINGS = 10;
const MAX_NAME = 40;

const NO_BORDER = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: ' ',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** A run's result for people: what happened, the best model of each partition and without partition, what to do next. */
export function resultText(result: RunResult, colors: Colors): string {
  const hidden = result.partitions.length - MAX_ROWS;
  const parts = [
    headline(result, colors),
    ...(result.error === null ? [] : [colors.red(printable(result.error))]),
    '',
    resultTable(result, colors),
    ...(hidden > 0
      ? [`  … and ${countText(hidden)} more: partita runs show ${result.runId} --all`]
      : []),
    '',
    ...totalsLines(result),
    ...warningLines(result.warnings, colors),
    '',
    ...nextLines(result),
  ];
  return `${parts.join('\n')}\n`;
}

/** Only the table, with every partition. */
export function fullTable(result: RunResult, colors: Colors): string {
  return `${resultTable(result, colors, result.partitions.length)}\n`;
}

function headline({ experiment, status, counts, timings }: RunResult, colors: Colors): string {
  const paint =
    status === 'SUCCEEDED' ? colors.green : status === 'PARTIAL' ? colors.yellow : colors.red;
  const total = timings['total'];
  const time = typeof total === 'number' ? ` in ${durationText(total)}` : '';
  const parts = (['trained', 'reused', 'merged', 'global', 'skipped', 'failed'] as const)
    .filter((name) => counts[name] > 0)
    .map((name) => `${countText(counts[name])} ${name}`);
  const summary = `${countText(counts.rows)} rows in ${countText(counts.partitions)} partitions: ${parts.join(', ')}`;
  return `${colors.bold(printable(experiment))} ${paint(status)}${time} · ${summary}`;
}

function resultTable(result: RunResult, colors: Colors, limit = MAX_ROWS): string {
  const { metric } = result;
  const heads = ['partition', 'rows', 'best model', 'cv', 'holdout', 'global', 'answers'];
  const table = new Table({
    chars: NO_BORDER,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'left', 'right', 'right', 'right', 'left'],
    head: heads.map((head) => colors.dim(head)),
  });
  for (const row of result.partitions.slice(0, limit)) table.push(partitionCells(row, colors));
  if (result.global !== null)
    table.push([
      'without partition',
      countText(result.counts.rows),
      ...modelCells(result.global),
      '',
      '',
    ]);
  const direction = isLowerBetter(metric) ? 'lower is better' : 'higher is better';
  return `${colors.dim(` ${metric}, ${direction}; cv on out-of-fold rows; holdout and global on the same holdout rows`)}\n${table.toString().replace(/ +$/gm, '')}`;
}

function partitionCells(row: PartitionRow, colors: Colors): string[] {
  const name = printable(displayPartition(row.key, row.partition), MAX_NAME);
  const answers = row.verdict ?? row.status;
  const isAnswered = row.status !== 'failed' && row.status !== 'skipped';
  const reason = row.reason === undefined ? '' : ` (${row.reason})`;
  return [
    name,
    countText(row.rows),
    ...modelCells(row),
    numberText(row.global.holdout),
    isAnswered ? `${answers}${reason}` : colors.yellow(`${row.status}${reason}`),
  ];
}

function modelCells({ algorithm, cv, holdout }: ScoredModel): string[] {
  return [algorithm ?? '–', numberText(cv), numberText(holdout)];
}

function totalsLines({ totals: { own, global, served } }: RunResult): readonly string[] {
  const lines: string[] = [];
  if (served !== null)
    lines.push(`  all holdout rows, by the model that answers: ${numberText(served.holdout)}`);
  if (own !== null && global !== null)
    lines.push(
      `  rows that have both: own ${numberText(own.holdout)}, global ${numberText(global.holdout)}`,
    );
  return lines;
}

function warningLines(warnings: readonly string[], colors: Colors): readonly string[] {
  const shown = warnings.slice(0, MAX_WARNINGS);
  const lines = shown.map((warning) => colors.yellow(`  warning: ${printable(warning)}`));
  const hidden = warnings.length - shown.length;
  return hidden > 0 ? [...lines, `  … and ${hidden} more warnings in the report.`] : lines;
}

function nextLines({ runId, report }: RunResult): readonly string[] {
  return [
    ...(report === null ? [] : [`  report   ${report}`]),
    `  next     partita report ${runId} --out report.html`,
    `           partita predict ${runId} --data new.csv --out scored.csv`,
  ];
}
