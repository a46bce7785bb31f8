import { useQuery } from '@tanstack/react-query';
import { STAGES } from '../../../../domain/run.ts';
import { countedText, countText, durationText } from '../../../../report/number-text.ts';
import type { AttemptFacts } from '../../api/answers.ts';
import { question } from '../../api/queries.ts';
import { elapsedMs } from '../../parts/moments.ts';
import { Section } from '../../parts/page.tsx';
import { ProblemNotice } from '../../parts/states.tsx';
import { type Bar, lanesOf } from './lanes.ts';

/** Attempts that are drawn; a run of thousands of batches would be a carpet. */
const DRAWN = 300;

/** What ran when, and what had to be tried again. */
export function Timeline({ run, temporalUi }: { run: string; temporalUi: string | null }) {
  const { data, error } = useQuery(
    question('GET /runs/{run}/attempts', { params: { run }, query: { limit: DRAWN } }),
  );
  if (error !== null) return <ProblemNotice error={error} />;
  const attempts = data?.attempts ?? [];
  if (attempts.length === 0) return null;
  const from = Math.min(...attempts.map(({ startedAt }) => Date.parse(startedAt)));
  const to = Math.max(...attempts.map(({ endedAt }) => Date.parse(endedAt)));
  const again = attempts.filter(({ outcome }) => outcome !== 'SUCCEEDED').length;
  return (
    <Section
      title="Timeline"
      aside={
        temporalUi === null ? null : (
          <a className="small" href={temporalUi} target="_blank" rel="noreferrer">
            The same on Temporal’s own pages
          </a>
        )
      }
      note={`Every recorded attempt, over ${durationText(Math.max(0, to - from))}. ${again === 0 ? 'Nothing had to be tried again.' : `${countedText(again, 'attempt')} failed or came too late, and the work was done by another.`}`}
    >
      <dl className="timeline" aria-hidden="true">
        {STAGES.map((stage) => (
          <StageLanes
            key={stage}
            stage={stage}
            attempts={attempts.filter((attempt) => attempt.stage === stage)}
            from={from}
            width={Math.max(1, to - from)}
          />
        ))}
      </dl>
      <AttemptTable attempts={attempts} from={from} />
      {data?.next === null ? null : (
        <p className="small soft">The first {countText(DRAWN)} attempts are shown.</p>
      )}
    </Section>
  );
}

function StageLanes({
  stage,
  attempts,
  from,
  width,
}: {
  stage: string;
  attempts: readonly AttemptFacts[];
  from: number;
  width: number;
}) {
  if (attempts.length === 0) return null;
  const share = (ms: number) => `${(100 * ms) / width}%`;
  const place = ({ from: start, to }: Bar) => ({
    left: share(start - from),
    width: share(to - start),
  });
  return (
    <>
      <dt>{stage}</dt>
      <dd>
        {lanesOf(attempts).map((lane) => (
          <div key={lane[0]?.attempt.id} className="lane">
            {lane.map((bar) => (
              <i
                key={bar.attempt.id}
                className={bar.attempt.outcome === 'SUCCEEDED' ? '' : 'bad'}
                style={place(bar)}
                title={sentenceOf(bar.attempt)}
              />
            ))}
          </div>
        ))}
      </dd>
    </>
  );
}

function sentenceOf({ stage, batch, attempt, startedAt, endedAt, worker }: AttemptFacts): string {
  return `${stage}, batch ${batch}, attempt ${attempt}: ${durationText(elapsedMs(startedAt, endedAt))} on ${worker}`;
}

const OUTCOMES: { readonly [outcome in AttemptFacts['outcome']]: string } = {
  SUCCEEDED: 'done',
  DUPLICATE: 'was done already',
  LOST: 'its worker died',
  FAILED: 'failed',
};

function AttemptTable({ attempts, from }: { attempts: readonly AttemptFacts[]; from: number }) {
  return (
    <details>
      <summary>The timeline as a table</summary>
      <div className="scroll framed low" tabIndex={0} role="region" aria-label="Attempts">
        <table>
          <thead>
            <tr>
              <th>stage</th>
              <th>scope</th>
              <th className="n">batch</th>
              <th className="n">attempt</th>
              <th className="n">partitions</th>
              <th className="n">began after</th>
              <th className="n">took</th>
              <th>ended</th>
              <th>worker</th>
            </tr>
          </thead>
          <tbody>
            {attempts.map((one) => (
              <tr key={one.id}>
                <td>{one.stage}</td>
                <td>{one.scope}</td>
                <td className="n">{countText(one.batch)}</td>
                <td className="n">{countText(one.attempt)}</td>
                <td className="n">{one.partitions === null ? '–' : countText(one.partitions)}</td>
                <td className="n">{durationText(Date.parse(one.startedAt) - from)}</td>
                <td className="n">{durationText(elapsedMs(one.startedAt, one.endedAt))}</td>
                <td className={one.outcome === 'SUCCEEDED' ? '' : 'bad'}>
                  {OUTCOMES[one.outcome]}
                </td>
                <td className="name small">{one.worker}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
