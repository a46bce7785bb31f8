import { metricName } from '../../../../report/metric-words.ts';
import { countText, durationText, scoreText } from '../../../../report/number-text.ts';
import type { ReportFacts } from '../../api/answers.ts';
import { Section } from '../../parts/page.tsx';

/** How every algorithm fared over all partitions, and without partition. */
export function AlgorithmTable({ facts: { algorithms, question } }: { facts: ReportFacts }) {
  const rows = [...algorithms].sort(
    (a, b) => (a.meanRank ?? Number.MAX_VALUE) - (b.meanRank ?? Number.MAX_VALUE),
  );
  return (
    <Section
      title="Algorithms"
      id="algorithms"
      note="Each was tried on every partition; mean rank 1 is always first. The time is that of all fits together."
    >
      <div className="scroll" tabIndex={0} role="region" aria-label="Algorithms">
        <table>
          <thead>
            <tr>
              <th>algorithm</th>
              <th className="n">best in</th>
              <th className="n">mean rank</th>
              <th className="n">fitted in</th>
              <th className="n">failed in</th>
              <th className="n">without partition, {metricName(question.metric)}</th>
              <th className="n">time on folds</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.algorithm}>
                <th scope="row">{row.algorithm}</th>
                <td className="n">{countText(row.wins)}</td>
                <td className="n">{row.meanRank === null ? '–' : row.meanRank.toFixed(1)}</td>
                <td className="n">{countText(row.fitted)}</td>
                <td className={row.failed > 0 ? 'n bad' : 'n'}>{countText(row.failed)}</td>
                <td className="n">{scoreText(row.globalScore)}</td>
                <td className="n">{durationText(row.fitMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
