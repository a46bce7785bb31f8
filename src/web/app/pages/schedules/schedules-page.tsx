import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { durationText } from '../../../../report/number-text.ts';
import type { Answer, Schedule } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { question } from '../../api/queries.ts';
import { elapsedMs, momentText } from '../../parts/moments.ts';
import { NextPage } from '../../parts/next-page.tsx';
import { PageHead } from '../../parts/page.tsx';
import { RunPill } from '../../parts/pill.tsx';
import { Answered, Empty } from '../../parts/states.tsx';
import { ScheduleControls } from './schedule-controls.tsx';
import { firingsText, POLICY_WORDS, timingText } from './schedule-words.ts';

/** What others begin is seen within this time, in milliseconds. */
const REFRESH_MS = 15_000;
const BUSY_REFRESH_MS = 3000;
const SHOWN_RUNS = 5;

/** What runs again and again by itself: when, with which outcomes, and the ways to stop it. */
export function SchedulesPage() {
  const query = useSchedules();
  return (
    <>
      <PageHead title="Schedules" crumbs={<Link to="/">Runs</Link>}>
        <p className="soft">
          A schedule trains an experiment again and again, each time on the rows that its source has
          then. Two runs of one schedule never overlap.
        </p>
      </PageHead>
      <Answered query={query} wait="the schedules">
        {({ pages }) => {
          const found = pages.flatMap(({ schedules }) => schedules);
          const unreadable = pages.at(-1)?.unreadable ?? [];
          return found.length + unreadable.length === 0 ? (
            <Empty title="Nothing runs by itself yet">
              <p>
                The page of a run that has ended has “Run regularly”: the same experiment, again and
                again.
              </p>
              <Link to="/" className="button main">
                To the runs
              </Link>
            </Empty>
          ) : (
            <div className="stack">
              {found.map((schedule) => (
                <ScheduleCard key={schedule.name} schedule={schedule} />
              ))}
              <NextPage query={query} label="More of them" />
              {unreadable.map((name) => (
                <UnreadableCard key={name} name={name} />
              ))}
            </div>
          );
        }}
      </Answered>
    </>
  );
}

function useSchedules() {
  return useInfiniteQuery({
    queryKey: ['GET /schedules'],
    queryFn: ({ pageParam, signal }) =>
      ask('GET /schedules', { query: pageParam === null ? {} : { cursor: pageParam } }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    refetchInterval: REFRESH_MS,
  });
}

function ScheduleCard({ schedule }: { schedule: Schedule }) {
  const { name, experiment, policy, timing, requestedBy } = schedule;
  const detail = useQuery({
    ...question('GET /schedules/{schedule}', { params: { schedule: name } }),
    refetchInterval: ({ state }) => ((state.data?.running ?? 0) > 0 ? BUSY_REFRESH_MS : REFRESH_MS),
  });
  // The list comes from an index that is some seconds late.
  const now = detail.data ?? schedule;
  const { next, paused, note } = now;
  return (
    <section className="card" aria-label={name}>
      <div className="row between">
        <div className="title">
          <h2 className="anywhere">{name}</h2>
          {paused ? <span className="pill global">paused</span> : null}
        </div>
        <ScheduleControls
          name={name}
          changes={['trigger', paused ? 'resume' : 'pause', 'delete']}
        />
      </div>
      <dl className="facts">
        <dt>runs</dt>
        <dd>
          {experiment}, {timingText(timing)}
        </dd>
        <dt>fits again</dt>
        <dd>{POLICY_WORDS[policy]}</dd>
        <dt>next</dt>
        <dd>{next[0] === undefined ? 'not before it is resumed' : momentText(next[0])}</dd>
        {note === null ? null : (
          <>
            <dt>because</dt>
            <dd>{note}</dd>
          </>
        )}
        <dt>asked for by</dt>
        <dd>{requestedBy}</dd>
      </dl>
      {detail.data === undefined ? null : <Firings schedule={detail.data} />}
    </section>
  );
}

/** One that was made with another payload key, or without one. */
function UnreadableCard({ name }: { name: string }) {
  return (
    <section className="card" aria-label={name}>
      <div className="row between">
        <div className="title">
          <h2 className="anywhere">{name}</h2>
          <span className="pill bad">unreadable</span>
        </div>
        <ScheduleControls name={name} changes={['delete']} />
      </div>
      <p className="soft">
        It was made with another payload key than the server has, or without one. Give the server
        that key, or delete the schedule and make it again.
      </p>
    </section>
  );
}

/** How often it has fired, and what came of the last times. */
function Firings({ schedule }: { schedule: Answer<'GET /schedules/{schedule}'> }) {
  const { name, runs } = schedule;
  return (
    <>
      <p className="small soft">{firingsText(schedule)}</p>
      {runs.length === 0 ? null : (
        <div className="scroll" tabIndex={0} role="region" aria-label={`Last runs of ${name}`}>
          <table>
            <thead>
              <tr>
                <th>started</th>
                <th>status</th>
                <th className="n">took</th>
              </tr>
            </thead>
            <tbody>
              {runs.slice(0, SHOWN_RUNS).map(({ runId, status, createdAt, endedAt }) => (
                <tr key={runId}>
                  <th scope="row" className="nowrap">
                    <Link to="/runs/$run" params={{ run: runId }}>
                      {momentText(createdAt)}
                    </Link>
                  </th>
                  <td>
                    <RunPill status={status} />
                  </td>
                  <td className="n">
                    {endedAt === null ? '–' : durationText(elapsedMs(createdAt, endedAt))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
