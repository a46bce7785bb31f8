import { coverageText, intervalLines } from '../../../../report/interval-coverage.ts';
import { countText } from '../../../../report/number-text.ts';
import type { ReportFacts } from '../../api/answers.ts';
import { Listed, type ListedColumn } from '../../parts/listed.tsx';
import { Section } from '../../parts/page.tsx';

/** How wide the prediction intervals are, and how many holdout rows lie within; nothing where none were asked for. */
export function IntervalTable({ facts }: { facts: ReportFacts }) {
  const band = facts.totals.served?.band;
  if (band === undefined) return null;
  const { lines, rest } = intervalLines(facts);
  return (
    <Section
      title="Prediction intervals"
      id="intervals"
      note={`${coverageText(band)}, each by the model that answers for it. The width comes from the errors on a partition's own out-of-fold rows; the holdout had no part in it.`}
    >
      <Listed
        label="Prediction intervals"
        // Two partitions may have one name, shortened.
        entries={lines.map((line, i) => ({ ...line, place: i }))}
        columns={columnsOf(facts.question.partitionBy.join(' / '))}
        keyOf={({ place }) => place}
        frame="framed"
      />
      {rest === null ? null : <p className="small soft">{rest}</p>}
    </Section>
  );
}

type Line = ReturnType<typeof intervalLines>['lines'][number];

function columnsOf(key: string): readonly ListedColumn<Line>[] {
  return [
    {
      head: key,
      isName: true,
      className: 'name',
      of: ({ name }) => <span className="clamped">{name}</span>,
    },
    { head: 'answered by', of: ({ who }) => who },
    { head: 'interval', isNumber: true, of: ({ reach }) => reach },
    { head: 'from rows', isNumber: true, of: ({ calibrated }) => countText(calibrated) },
    { head: 'within', isNumber: true, of: ({ coverage }) => coverage },
    { head: 'holdout rows', isNumber: true, of: ({ rows }) => countText(rows) },
  ];
}
