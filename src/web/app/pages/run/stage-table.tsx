import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { countText, durationText } from '../../../../report/number-text.ts';
import type { StageFacts } from '../../api/answers.ts';
import { question } from '../../api/queries.ts';
import { elapsedMs } from '../../parts/moments.ts';
import { Answered } from '../../parts/states.tsx';

export function useStages(run: string) {
  return useQuery(question('GET /runs/{run}/stages', { params: { run } }));
}

/** The graph of stages as a table: the same for those who can't see it, with times and repeats. */
export function StageTable({
  query,
}: {
  query: UseQueryResult<{ readonly stages: readonly StageFacts[] }>;
}) {
  return (
    <details>
      <summary>Stages as a table, with times and repeats</summary>
      <Answered query={query} wait="the stages">
        {({ stages }) => (
          <div className="scroll" tabIndex={0} role="region" aria-label="Stages as a table">
            <table>
              <thead>
                <tr>
                  <th>stage</th>
                  <th>state</th>
                  <th className="n">steps done</th>
                  <th className="n">steps in all</th>
                  <th className="n">tried again</th>
                  <th className="n">time</th>
                </tr>
              </thead>
              <tbody>
                {stages.map((stage) => (
                  <tr key={stage.stage}>
                    <th scope="row">{stage.stage}</th>
                    <td>{stage.state}</td>
                    <td className="n">{countText(stage.done)}</td>
                    <td className="n">{stage.total === null ? '–' : countText(stage.total)}</td>
                    <td className="n">{countText(Math.max(0, stage.attempts - stage.done))}</td>
                    <td className="n">{timeText(stage)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Answered>
    </details>
  );
}

/** How long a stage took, or has been going on. */
export function timeText({ startedAt, endedAt, state }: StageFacts): string {
  if (startedAt === null || (endedAt === null && state !== 'running')) return '–';
  return durationText(elapsedMs(startedAt, endedAt));
}
