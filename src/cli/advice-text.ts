import Table from 'cli-table3';
import { printable } from '../domain/printable.ts';
import type { Advice, AdvisedDivision } from '../operations/outlook.ts';
import { metricMeaning } from '../report/metric-words.ts';
import {
  countedText,
  countText,
  intervalText,
  numberText,
  percentText,
  roughDurationText,
  signedText,
} from '../report/number-text.ts';
import { opinionText } from '../report/opinion-text.ts';
import { NO_BORDER } from './table-borders.ts';
import type { Colors } from './terminal.ts';

/** One screen: the rest is in `--json`. */
const MAX_DIVISIONS = 12;
const MAX_NOT_TRIED = 4;
const MAX_NAME = 32;

/** The answer first, then what it rests on. */
export function adviceText(advice: Advice, colors: Colors): string {
  const { source, rows, sampled, metric, tested, warnings } = advice;
  const sample =
    sampled < rows
      ? `${countText(sampled)} of ${countedText(rows, 'row')}`
      : countedText(rows, 'row');
  return [
    colors.bold(answerText(advice)),
    '',
    ` ${metric}: ${metricMeaning(metric)}`,
    ' lift: how much better with models of their own, on rows they have not seen',
    divisionTable(advice),
    ...hiddenLines(advice),
    '',
    ` judged on ${sample} of ${printable(source)} with cheap models;`,
    ` ${countedText(tested, 'division')} went through the permutation test of whether partitions differ`,
    ...notTriedLines(advice),
    ...warnings.map((warning) => colors.yellow(` warning: ${printable(warning, 400)}`)),
    '',
  ].join('\n');
}

/** Where more rows may tell more, how to look at them. */
function answerText(advice: Advice): string {
  const isOpen = advice.advice.because === 'differs' && advice.sampled < advice.rows;
  return `${opinionText(advice, nameOf)}${isOpen ? ' Try more --rows.' : ''}`;
}

function divisionTable({ divisions, withoutPartition, metric }: Advice): string {
  const heads = [
    'partition by',
    'lift',
    '95 %',
    metric,
    'differ?',
    'partitions',
    'smallest',
    'too small',
    'training',
  ];
  const table = new Table({
    chars: NO_BORDER,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    head: heads,
    colAligns: heads.map((head) => (head === 'partition by' ? 'left' : 'right')),
  });
  const none = [
    '(nothing)',
    '',
    '',
    numberText(withoutPartition.score),
    '',
    '',
    '',
    '',
    roughDurationText(withoutPartition.estimatedSeconds * 1000),
  ];
  const paying = divisions.filter(({ verdict }) => verdict === 'pays');
  const others = divisions.filter(({ verdict }) => verdict !== 'pays');
  const shown = others.slice(0, Math.max(0, MAX_DIVISIONS - paying.length));
  table.push(...paying.map(rowOf), none, ...shown.map(rowOf));
  return table.toString();
}

function rowOf(division: AdvisedDivision): string[] {
  const { by, isAsWritten, lift, interval, score, pValue, partitions, smallest } = division;
  return [
    `${nameOf(by)}${isAsWritten ? ' *' : ''}`,
    signedText(lift, interval ?? score),
    intervalText(interval),
    numberText(score),
    pValue <= 0.05 ? `yes (p ${pValue.toFixed(3)})` : `no (p ${pValue.toFixed(2)})`,
    countText(partitions),
    countText(smallest),
    percentText(division.tooSmall),
    roughDurationText(division.estimatedSeconds * 1000),
  ];
}

function hiddenLines({ divisions }: Advice): readonly string[] {
  const written = divisions.some(({ isAsWritten }) => isAsWritten)
    ? [' * as the spec has it now']
    : [];
  const hidden = divisions.length - MAX_DIVISIONS;
  return hidden > 0
    ? [...written, `  … and ${countText(hidden)} more (all of them with --json)`]
    : written;
}

function notTriedLines({ notTried }: Advice): readonly string[] {
  const hidden = notTried.length - MAX_NOT_TRIED;
  return [
    ...notTried
      .slice(0, MAX_NOT_TRIED)
      .map(({ column, because }) => ` not tried: ${printable(column, MAX_NAME)}, ${because}`),
    ...(hidden > 0 ? [`  … and ${countedText(hidden, 'column')} more (--json)`] : []),
  ];
}

function nameOf(by: readonly string[]): string {
  return by.map((name) => printable(name, MAX_NAME)).join(' × ');
}
