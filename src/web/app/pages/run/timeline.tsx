import { useQuery } from '@tanstack/react-query';
import { STAGES } from '../../../../domain/run.ts';
import { countedText, countText, durationText } from '../../../../report/number-text.ts';
import type { AttemptFacts } from '../../api/answers.ts';
import { question } from '../../api/queries.ts';
import { elapsedMs } from '../../parts/moments.ts';
import { Section } from '../../parts/page.tsx';
import { ProblemNotice } from '../../parts/states.tsx';
import { lanesOf } from './lanes.ts';

/** Attempts that are drawn; a run of thousands of batches would be a carpet. */
const DRAWN = 300;

/** What ran when, and what had to be tried again. */
export function Timeline({ run }: { run: string }) {
  const { data, error } = useQuery(
    question('GET /runs/{run}/attempts', { params: { run }, query: { limit: DRAWN } }),
  );
  if (error !== null) return <ProblemNotice error={error} />;
  const attempts = data?.attempts ?? [];
  if (attempts.length === 0) return null;
  const from = Math.min(...attempts.map((one) => Date.parse(one.queuedAt ?? one.startedAt)));
  const to = Math.max(...attempts.map(({ endedAt }) => Date.parse(endedAt)));
  const again = attempts.filter(({ outcome }) => outcome !== 'SUCCEEDED').length;
  return (
    <Section
      title="Timeline"
      note={`Every recorded attempt, over ${durationText(Math.max(0, to - from))}. ${again === 0 ? 'Nothing had to be tried again.' : `${countedText(again, 'attempt')} failed or came too late, and the work was done by another.`}${waitingSentence(attempts)}`}
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
  const place = (start: number, end: number) => ({
    left: share(start - from),
    width: share(end - start),
  });
  return (
    <>
      <dt>{stage}</dt>
      <dd>
        {lanesOf(attempts).map((lane) => (
          <div key={lane[0]?.attempt.id} className="lane">
            {lane.map(({ attempt, queued, from: start }) => (
              <i key={attempt.id} className="queue" style={place(queued, start)} />
            ))}
            {lane.map(({ attempt, from: start, to }) => (
              <i
                key={attempt.id}
                className={attempt.outcome === 'SUCCEEDED' ? '' : 'bad'}
                style={place(start, to)}
                title={sentenceOf(attempt)}
              />
            ))}
          </div>
        ))}
      </dd>
    </>
  );
}

function sentenceOf(one: AttemptFacts): string {
  const { stage, batch, attempt, startedAt, endedAt, worker } = one;
  const waited = waitedMs(one);
  const queue = waited === null ? '' : ` after ${durationText(waited)} in the queue`;
  return `${stage}, batch ${batch}, attempt ${attempt}: ${durationText(elapsedMs(startedAt, endedAt))} on ${worker}${queue}`;
}

/** For a worker that is free; null where it is not known when the attempt came into the queue. */
function waitedMs({ queuedAt, startedAt }: AttemptFacts): number | null {
  return queuedAt === null ? null : elapsedMs(queuedAt, startedAt);
}

function waitingSentence(attempts: readonly AttemptFacts[]): string {
  const waits = attempts.flatMap((one) => waitedMs(one) ?? []);
  if (waits.length === 0) return '';
  return ` The thin lines are attempts in the queue, ${durationText(Math.max(...waits))} at most.`;
}

function queueText(one: AttemptFacts): string {
  const waited = waitedMs(one);
  return waited === null ? '–' : durationText(waited);
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
              <th className="n">in the queue</th>
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
                <td className="n">{queueText(one)}</td>
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
