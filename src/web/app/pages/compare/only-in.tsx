import { useInfiniteQuery } from '@tanstack/react-query';
import { countedText, countText, numberText } from '../../../../report/number-text.ts';
import type { ComparedPartition, RunDetail } from '../../api/answers.ts';
import { Listed, type ListedColumn } from '../../parts/listed.tsx';
import { NextPage } from '../../parts/next-page.tsx';
import { Section } from '../../parts/page.tsx';
import { Answered } from '../../parts/states.tsx';
import { whoText } from './change-words.ts';
import { comparedPartitions } from './compared-partitions.ts';

const COLUMNS: readonly ListedColumn<ComparedPartition>[] = [
  {
    head: 'partition',
    isName: true,
    className: 'name',
    of: ({ name }) => <span className="clamped">{name}</span>,
  },
  { head: 'rows', isNumber: true, of: ({ rows }) => countText(rows) },
  { head: 'holdout', isNumber: true, of: ({ holdout }) => numberText(holdout) },
  { head: 'answered by', label: 'by', className: 'nowrap', of: whoText },
];

/** The partitions that one run has and the other has not. */
export function OnlyIn({
  name,
  run,
  other,
  count,
}: {
  /** `A` or `B`. */
  name: string;
  run: RunDetail;
  other: RunDetail;
  count: number;
}) {
  const query = useInfiniteQuery(comparedPartitions(other.runId, run.runId, 'new'));
  return (
    <Section
      title={`Only in ${name}`}
      note={`${countedText(count, 'partition')} without a counterpart.`}
    >
      <Answered query={query} wait="the partitions">
        {({ pages }) => {
          const partitions = pages.flatMap((page) => page.partitions);
          return (
            <>
              <Listed
                label={`Partitions only in ${name}`}
                entries={partitions}
                columns={COLUMNS}
                keyOf={({ partitionId }) => partitionId}
                frame="framed low"
              />
              <NextPage query={query} label={`More than these ${countText(partitions.length)}`} />
            </>
          );
        }}
      </Answered>
    </Section>
  );
}
