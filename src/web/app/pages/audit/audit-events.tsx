import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { countedText } from '../../../../report/number-text.ts';
import type { AuditEvent } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { jsonText } from '../../parts/json-text.ts';
import { momentText } from '../../parts/moments.ts';
import { NextPage } from '../../parts/next-page.tsx';
import { Section } from '../../parts/page.tsx';
import { ProblemNotice } from '../../parts/states.tsx';
import { type AuditFilter, askedFilter } from './audit-filter.ts';
import { FilterForm } from './filter-form.tsx';

const PER_PAGE = 50;

/** The events that the address asks for, the newest first. */
export function AuditEvents() {
  const filter = useSearch({ from: '/audit' });
  const query = useInfiniteQuery({
    queryKey: ['GET /audit', filter],
    queryFn: ({ pageParam, signal }) =>
      ask(
        'GET /audit',
        {
          query: {
            limit: PER_PAGE,
            ...askedFilter(filter),
            ...(pageParam === null ? {} : { cursor: pageParam }),
          },
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
  const events = query.data?.pages.flatMap((page) => page.events) ?? [];
  return (
    <Section title="Events">
      <FilterForm filter={filter} />
      {query.error === null ? null : <ProblemNotice error={query.error} />}
      <p className="soft" role="status">
        {query.isSuccess ? shownText(events.length, query.hasNextPage, filter) : null}
        {query.isPending ? 'Reading the events …' : null}
      </p>
      {events.length === 0 ? null : <EventTable events={events} />}
      <NextPage query={query} />
    </Section>
  );
}

function shownText(events: number, hasMore: boolean, filter: AuditFilter): string {
  if (events > 0) return `${countedText(events, 'event')}${hasMore ? ', and older ones' : ''}`;
  return Object.keys(filter).length === 0 ? 'Nothing was changed yet.' : 'No event is like that.';
}

function EventTable({ events }: { events: readonly AuditEvent[] }) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Who changed what">
      <table className="listed trail">
        <thead>
          <tr>
            <th className="n">event</th>
            <th>when</th>
            <th>who</th>
            <th>did</th>
            <th>to</th>
            <th>because</th>
            <th>changed</th>
            <th className="n">answered with</th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <EventLine key={event.id} event={event} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function EventLine({ event }: { event: AuditEvent }) {
  const { id, at, requestId, actor, role, action, target, status, reason } = event;
  return (
    <tr>
      <td className="n" data-label="event">
        {id}
      </td>
      <td className="nowrap" data-label="when">
        {momentText(at)}
      </td>
      <td data-label="who">
        {actor} <span className="soft small">{role}</span>
      </td>
      <td className="mono" data-label="did">
        {action}
      </td>
      <td className="name mono" data-label="to">
        {Object.values(target).join(', ')}
      </td>
      <td className="name" data-label="because">
        {reason}
      </td>
      <td className="name small" data-label="changed">
        <Change before={event.before} after={event.after} />
      </td>
      <td className="n" data-label="answered">
        {status ?? (requestId === null ? null : 'asked for')}
      </td>
    </tr>
  );
}

/** What stood before and what after; nothing where the event says neither. */
function Change({ before, after }: Pick<AuditEvent, 'before' | 'after'>) {
  return (
    <>
      <Side word="before" value={before} />
      <Side word="after" value={after} />
    </>
  );
}

/** Characters that are shown at once: longer values would make a line of the table a page of its own. */
const SHOWN = 80;

function Side({ word, value }: { word: string; value: AuditEvent['after'] }) {
  if (value === null) return null;
  const text = jsonText(value);
  if (text.length <= SHOWN)
    return (
      <div className="anywhere">
        <span className="soft">{word}</span> <code>{text}</code>
      </div>
    );
  return (
    <details className="anywhere">
      <summary>
        <span className="soft">{word}</span> {fieldsOf(value)}
      </summary>
      <code>{text}</code>
    </details>
  );
}

/** Names of a value's fields, the first three. */
function fieldsOf(value: AuditEvent['after']): string {
  if (typeof value !== 'object' || value === null) return 'a long text';
  const names = Object.keys(value);
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} …`;
}
