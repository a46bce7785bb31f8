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

function answerText({
  advice: { partition, because },
  divisions,
  metric,
  sampled,
  rows,
}: Advice): string {
  switch (because) {
    case 'pays': {
      const [best] = divisions;
      const lift =
        best === undefined
          ? ''
          : ` (${signedText(best.lift, best.interval ?? best.score)} ${metric})`;
      const surely = (best?.interval?.low ?? 0) > 0 ? '' : ', surely so by their probabilities';
      return `Partition by ${nameOf(partition ?? [])}: models of its partitions predict better than one model of the table${lift}${surely}.`;
    }
    case 'differs':
      return sampled < rows
        ? 'Do not partition yet: partitions differ, but models of their own are not surely better on these rows. Try more --rows.'
        : 'Do not partition: partitions differ, but models of their own are not surely better.';
    case 'same':
      return 'Do not partition: no column divides the table into parts that one model of the whole table does not tell apart already.';
    case 'nothing_to_try':
      return 'Do not partition: no column can be the key (see below).';
  }
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
