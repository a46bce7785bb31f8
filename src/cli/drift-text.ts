import Table from 'cli-table3';
import { displayPartition } from '../domain/partition.ts';
import { printable } from '../domain/printable.ts';
import type { ColumnTally, Drift, DriftedPartition } from '../operations/drifted-partitions.ts';
import { countedText, countText, numberText, signedText } from '../report/number-text.ts';
import { NO_BORDER } from './table-borders.ts';
import type { Colors } from './terminal.ts';

/** One screen. */
const SHOWN = 20;
const SHOWN_COLUMNS = 3;
const MAX_NAME = 32;

/** The answer first, then where and by how much. */
export function driftText(drift: Drift, colors: Colors): string {
  const { reference, current, tests, rate, psi, runId } = drift;
  return [
    colors.bold(answerText(drift)),
    '',
    ` ${countText(current.rows)} rows of ${printable(current.source)} against ${countText(reference.rows)} of run ${runId}`,
    ` drifted: by psi ${numberText(psi)} or more, and surer than chance: ${countedText(tests, 'test')}, at most ${numberText(rate * 100)} % false alarms`,
    ...partitionLines(drift),
    ...columnLines(drift.columns),
    ...drift.notCompared.map(
      ({ column, because }) => ` not compared: ${printable(column, MAX_NAME)}, ${because}`,
    ),
    scoreLine(drift),
    '',
  ].join('\n');
}

function answerText({ counts, experiment }: Drift): string {
  const { partitions, drifted, failed } = counts;
  const others = [
    ...(counts.new > 0 ? [`${countText(counts.new)} new`] : []),
    ...(counts.gone > 0 ? [`${countText(counts.gone)} gone`] : []),
    ...(failed > 0 ? [`${countText(failed)} could not be compared`] : []),
  ];
  const rest = others.length === 0 ? '' : `; ${others.join(', ')}`;
  const what =
    drifted === 0
      ? `none of ${countedText(partitions, 'partition')} has drifted`
      : `${countText(drifted)} of ${countedText(partitions, 'partition')} ${drifted === 1 ? 'has' : 'have'} drifted`;
  return `${printable(experiment)}: ${what}${rest}`;
}

/** The first of those that are not steady: the rest is in `--json`. */
function partitionLines({ notable, counts, metric }: Drift): readonly string[] {
  if (notable.length === 0) return [];
  const isScored = notable.some(({ score }) => score !== null);
  const table = tableOf([
    'partition',
    'rows',
    'now',
    '',
    'columns (psi)',
    ...(isScored ? [metric, 'now', 'change'] : []),
  ]);
  for (const partition of notable)
    table.push([...cellsOf(partition), ...(isScored ? scoreCells(partition) : [])]);
  const hidden = counts.partitions - counts.steady - notable.length;
  return [
    '',
    table.toString(),
    ...(hidden > 0 ? [`  … and ${countText(hidden)} more: add --json`] : []),
  ];
}

function cellsOf(partition: DriftedPartition): string[] {
  const { key, rows, status, because } = partition;
  const drifted = driftedColumns(partition);
  const named = drifted
    .slice(0, SHOWN_COLUMNS)
    .map(({ column, psi }) => `${printable(column, MAX_NAME)} (${numberText(psi)})`);
  const hidden = drifted.length - named.length;
  const columns = [...named, ...(hidden > 0 ? [`${countText(hidden)} more`] : [])].join(', ');
  return [
    printable(displayPartition(key, partition.partition), MAX_NAME),
    countText(rows.reference),
    countText(rows.current),
    status,
    because === undefined ? columns : printable(because, 80),
  ];
}

function scoreCells({ score }: DriftedPartition): string[] {
  if (score === null) return ['', '', ''];
  const { holdout, change, verdict } = score;
  return [
    numberText(holdout?.holdout.value),
    numberText(score.score.value),
    change === null ? '' : `${signedText(change.difference, score.score.value)} ${verdict ?? ''}`,
  ];
}

function driftedColumns({ columns }: DriftedPartition) {
  return columns.filter(({ isDrifted }) => isDrifted).sort((a, b) => (b.psi ?? 0) - (a.psi ?? 0));
}

function columnLines(columns: readonly ColumnTally[]): readonly string[] {
  const drifted = columns
    .filter((column) => column.drifted > 0)
    .sort((a, b) => b.drifted - a.drifted);
  if (drifted.length === 0) return [];
  const table = tableOf(['column', 'drifted in', 'of', 'largest psi', 'where']);
  for (const { column, drifted: count, partitions, largest } of drifted.slice(0, SHOWN))
    table.push([
      printable(column, MAX_NAME),
      countText(count),
      countText(partitions),
      numberText(largest?.psi),
      printable(largest?.partition ?? '', MAX_NAME),
    ]);
  return ['', table.toString(), ''];
}

function scoreLine({ notScored, scores, metric }: Drift): string {
  if (notScored !== null) return ` not scored: ${printable(notScored, 200)}`;
  const { worse, better, same, unknown, because } = scores;
  const reason = because === null ? '' : ` (${printable(because, 200)})`;
  const rest = unknown === 0 ? '' : `, not known in ${countText(unknown)}${reason}`;
  return ` ${metric} on the new rows against the holdout: worse in ${countText(worse)}, better in ${countText(better)}, no different in ${countText(same)}${rest}`;
}

function tableOf(heads: readonly string[]) {
  const texts = ['partition', 'column', 'where', '', 'columns (psi)'];
  return new Table({
    chars: NO_BORDER,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    head: [...heads],
    colAligns: heads.map((head) => (texts.includes(head) ? 'left' : 'right')),
  });
}
