import { useInfiniteQuery } from '@tanstack/react-query';
import { isLowerBetter, type Metric } from '../../../../domain/metric.ts';
import { answerText } from '../../../../report/answer.ts';
import { metricName } from '../../../../report/metric-words.ts';
import { countText, numberText, signedText } from '../../../../report/number-text.ts';
import type { ComparedPartition, PartitionCell, RunDetail } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { NextPage } from '../../parts/next-page.tsx';
import { Section } from '../../parts/page.tsx';
import { Answered } from '../../parts/states.tsx';

const PER_PAGE = 100;

/** The partitions of the second run with their scores, each beside what it was in the first; page by page. */
export function ComparedScores({ before, after }: { before: RunDetail; after: RunDetail }) {
  const metric = after.spec.metric;
  const query = useCompared(before.runId, after.runId);
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
              <Lines partitions={partitions} metric={metric} />
              <NextPage query={query} label={`More than these ${countText(partitions.length)}`} />
            </>
          );
        }}
      </Answered>
    </Section>
  );
}

function useCompared(run: string, other: string) {
  return useInfiniteQuery({
    queryKey: ['GET /runs/{run}/diff/{other}/partitions', { run, other }],
    queryFn: ({ pageParam, signal }) =>
      ask(
        'GET /runs/{run}/diff/{other}/partitions',
        {
          params: { run, other },
          query: { limit: PER_PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) },
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
}

function Lines({
  partitions,
  metric,
}: {
  partitions: readonly ComparedPartition[];
  metric: Metric;
}) {
  return (
    <div
      className="scroll framed"
      tabIndex={0}
      role="region"
      aria-label="Scores of both runs by partition"
    >
      <table className="listed">
        <thead>
          <tr>
            <th>partition</th>
            <th className="n">rows in B</th>
            <th className="n">A</th>
            <th className="n">B</th>
            <th className="n">B better by</th>
            <th className="nowrap">answered in A by</th>
            <th className="nowrap">answered in B by</th>
          </tr>
        </thead>
        <tbody>
          {partitions.map((cell) => (
            <tr key={cell.partitionId}>
              <th scope="row" className="name">
                <span className="clamped">{cell.name}</span>
              </th>
              <td className="n" data-label="rows in B">
                {countText(cell.rows)}
              </td>
              <td className="n" data-label="A">
                {numberText(cell.before?.holdout)}
              </td>
              <td className="n" data-label="B">
                {numberText(cell.holdout)}
              </td>
              <td className="n" data-label="B better by">
                {signedText(gainOf(cell, metric), cell.holdout)}
              </td>
              <td className="nowrap" data-label="A: by">
                {cell.before === null ? 'not in A' : whoText(cell.before)}
              </td>
              <td className="nowrap" data-label="B: by">
                {whoText(cell)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How much better the second run does; null where one of them has no score. */
function gainOf({ holdout, before }: ComparedPartition, metric: Metric): number | null {
  const earlier = before?.holdout ?? null;
  if (earlier === null || holdout === null) return null;
  return isLowerBetter(metric) ? earlier - holdout : holdout - earlier;
}

function whoText({ state, verdict, reason, algorithm }: PartitionCell): string {
  if (state === 'waiting') return 'not reached';
  const model = algorithm === null ? '' : ` (${algorithm})`;
  return `${answerText({ status: state, verdict, reason })}${model}`;
}
