import { metricName } from '../../../../report/metric-words.ts';
import type { ReportFacts } from '../../api/answers.ts';
import { Histogram } from '../../charts/histogram.tsx';

/** How well the own models do, where they are too many to be read one by one. */
export function ScoreSpread({ facts: { scores, question } }: { facts: ReportFacts }) {
  if (scores === undefined) return null;
  const metric = metricName(question.metric);
  return (
    <Histogram
      bins={scores}
      title={`Partitions by ${metric} of their own model`}
      caption={`Every partition with a model of its own, by ${metric} in cross-validation; ${question.isLowerBetter ? 'lower' : 'higher'} is better.`}
      label={`${metric} →`}
      counted="partitions"
      width={720}
    />
  );
}
