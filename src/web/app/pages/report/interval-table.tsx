import { coverageText, intervalLines } from '../../../../report/interval-coverage.ts';
import { countText } from '../../../../report/number-text.ts';
import type { ReportFacts } from '../../api/answers.ts';
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
      <div className="scroll framed" tabIndex={0} role="region" aria-label="Prediction intervals">
        <table>
          <thead>
            <tr>
              <th>{facts.question.partitionBy.join(' / ')}</th>
              <th>answered by</th>
              <th className="n">interval</th>
              <th className="n">from rows</th>
              <th className="n">within</th>
              <th className="n">holdout rows</th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ name, who, reach, calibrated, coverage, rows }, i) => (
              // Two partitions may have one name, shortened.
              <tr key={`${i} ${name}`}>
                <th scope="row" className="name">
                  <span className="clamped">{name}</span>
                </th>
                <td>{who}</td>
                <td className="n">{reach}</td>
                <td className="n">{countText(calibrated)}</td>
                <td className="n">{coverage}</td>
                <td className="n">{countText(rows)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rest === null ? null : <p className="small soft">{rest}</p>}
    </Section>
  );
}
