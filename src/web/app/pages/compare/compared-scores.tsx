import { useInfiniteQuery } from '@tanstack/react-query';
import { isLowerBetter, type Metric } from '../../../../domain/metric.ts';
import { metricName } from '../../../../report/metric-words.ts';
import { countText, numberText, signedText } from '../../../../report/number-text.ts';
import type { ComparedPartition, RunDetail } from '../../api/answers.ts';
import { Listed, type ListedColumn } from '../../parts/listed.tsx';
import { NextPage } from '../../parts/next-page.tsx';
import { Section } from '../../parts/page.tsx';
import { Answered } from '../../parts/states.tsx';
import { whoText } from './change-words.ts';
import { comparedPartitions } from './compared-partitions.ts';

/** The partitions of the second run with their scores, each beside what it was in the first; page by page. */
export function ComparedScores({ before, after }: { before: RunDetail; after: RunDetail }) {
  const metric = after.spec.metric;
  const query = useInfiniteQuery(comparedPartitions(before.runId, after.runId));
  if (before.spec.metric !== metric)
    return (
      <p>
        The runs were judged by different metrics, {metricName(before.spec.metric)} and{' '}
        {metricName(metric)}: their scores can't be compared.
      </p>
    );
  return (
    <Section
      title="What came out of it"
      note={`${metricName(metric)} of the own model on holdout rows; positive = B is better. Scores are on the same rows only where the rows and the split are the same.`}
    >
      <p className="small">
        All holdout rows, each by the model chosen for it: A {numberText(before.served)}, B{' '}
        {numberText(after.served)}.
      </p>
      <Answered query={query} wait="the partitions">
        {({ pages }) => {
          const partitions = pages.flatMap((page) => page.partitions);
          return (
            <>
              <Listed
                label="Scores of both runs by partition"
                entries={partitions}
                columns={columnsOf(metric)}
                keyOf={({ partitionId }) => partitionId}
                frame="framed"
              />
              <NextPage query={query} label={`More than these ${countText(partitions.length)}`} />
            </>
          );
        }}
      </Answered>
    </Section>
  );
}

function columnsOf(metric: Metric): readonly ListedColumn<ComparedPartition>[] {
  return [
    {
      head: 'partition',
      isName: true,
      className: 'name',
      of: ({ name }) => <span className="clamped">{name}</span>,
    },
    { head: 'rows in B', isNumber: true, of: ({ rows }) => countText(rows) },
    { head: 'A', isNumber: true, of: ({ before }) => numberText(before?.holdout) },
    { head: 'B', isNumber: true, of: ({ holdout }) => numberText(holdout) },
    {
      head: 'B better by',
      isNumber: true,
      of: (cell) => signedText(gainOf(cell, metric), cell.holdout),
    },
    {
      head: 'answered in A by',
      label: 'A: by',
      className: 'nowrap',
      of: ({ before }) => (before === null ? 'not in A' : whoText(before)),
    },
    { head: 'answered in B by', label: 'B: by', className: 'nowrap', of: whoText },
  ];
}

/** How much better the second run does; null where one of them has no score. */
function gainOf({ holdout, before }: ComparedPartition, metric: Metric): number | null {
  const earlier = before?.holdout ?? null;
  if (earlier === null || holdout === null) return null;
  return isLowerBetter(metric) ? earlier - holdout : holdout - earlier;
}
