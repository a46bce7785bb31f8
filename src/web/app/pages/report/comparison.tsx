import { decidedSide } from '../../../../report/answer.ts';
import { metricName } from '../../../../report/metric-words.ts';
import { intervalText, signedText } from '../../../../report/number-text.ts';
import { createTrack } from '../../../../report/svg/interval-track.ts';
import type { ReportFacts } from '../../api/answers.ts';
import { Histogram } from '../../charts/histogram.tsx';
import { TrackAxis, TrackMark } from '../../charts/interval-track.tsx';
import { Section } from '../../parts/page.tsx';

/** More partitions than this are drawn as a histogram, and only the ends one by one. */
const DRAWN = 40;
const ENDS = 8;

type Row = ReportFacts['partitions']['shown'][number];
type Compared = Row & {
  readonly difference: number;
  readonly interval: NonNullable<Row['interval']>;
};

/** Own against global: is the partition worth it, and where? */
export function Comparison({ facts }: { facts: ReportFacts }) {
  const rows = facts.partitions.shown
    .filter(
      (row): row is Compared =>
        row.verdict !== 'blend' && row.difference !== null && row.interval !== null,
    )
    .sort((a, b) => b.difference - a.difference);
  if (rows.length === 0) return null;
  const isMany = rows.length > DRAWN;
  return (
    <Section title="Does a partition deserve a model of its own?" id="comparison">
      <p className="small soft">
        How far its own model is ahead of the model without partition, in{' '}
        {metricName(facts.question.metric)}, on the same cross-validation rows. To be fair to the
        global model, the own candidate is chosen on other rows than those it is judged on.{' '}
        <span className="own">Right of zero ● own is better</span>,{' '}
        <span className="global">left of it ◆ global</span>. A verdict needs evidence that holds
        after allowing for the number of partitions; without it <span className="tie">○</span> the
        simpler answer serves, the global model.
      </p>
      {isMany ? (
        <>
          <Histogram
            bins={facts.lift}
            title="Partitions by how far the own model is ahead"
            caption="Every compared partition, by how far its own model is ahead of the global one."
            label="own ahead of global →"
            counted="partitions"
            isSided
            width={720}
          />
          <h3>Where it matters most, of the {rows.length} largest partitions</h3>
          <Lines rows={[...rows.slice(0, ENDS), ...rows.slice(-ENDS)]} />
        </>
      ) : (
        <Lines rows={rows} />
      )}
    </Section>
  );
}

function Lines({ rows }: { rows: readonly Compared[] }) {
  const track = createTrack(rows.map(({ interval }) => interval));
  return (
    <table className="tracks">
      <thead>
        <tr>
          <th>partition</th>
          <th>
            <TrackAxis track={track} />
          </th>
          <th className="n">own ahead by, 95 %</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const side = decidedSide(row);
          return (
            <tr key={row.name}>
              <th scope="row" className="name">
                <span className="clamped">{row.name}</span>
              </th>
              <td>
                <TrackMark
                  track={track}
                  value={row.difference}
                  interval={row.interval}
                  side={side}
                />
              </td>
              <td className="n">
                <b className={side}>{signedText(row.difference, row.interval)}</b>
                <div className="tiny soft">{intervalText(row.interval)}</div>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
