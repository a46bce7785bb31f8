import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { countedText } from '../../../../report/number-text.ts';
import type { AuditEvent } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { jsonText } from '../../parts/json-text.ts';
import { Listed, type ListedColumn } from '../../parts/listed.tsx';
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
      {events.length === 0 ? null : (
        <Listed
          label="Who changed what"
          entries={events}
          columns={COLUMNS}
          keyOf={({ id }) => id}
          className="trail"
        />
      )}
      <NextPage query={query} />
    </Section>
  );
}

function shownText(events: number, hasMore: boolean, filter: AuditFilter): string {
  if (events > 0) return `${countedText(events, 'event')}${hasMore ? ', and older ones' : ''}`;
  return Object.keys(filter).length === 0 ? 'Nothing was changed yet.' : 'No event is like that.';
}

const COLUMNS: readonly ListedColumn<AuditEvent>[] = [
  { head: 'event', isNumber: true, of: ({ id }) => id },
  { head: 'when', className: 'nowrap', of: ({ at }) => momentText(at) },
  {
    head: 'who',
    of: ({ actor, role }) => (
      <>
        {actor} <span className="soft small">{role}</span>
      </>
    ),
  },
  { head: 'did', className: 'mono', of: ({ action }) => action },
  { head: 'to', className: 'name mono', of: ({ target }) => Object.values(target).join(', ') },
  { head: 'because', className: 'name', of: ({ reason }) => reason },
  {
    head: 'changed',
    className: 'name small',
    of: ({ before, after }) => <Change before={before} after={after} />,
  },
  {
    head: 'answered with',
    label: 'answered',
    isNumber: true,
    of: ({ status, requestId }) => status ?? (requestId === null ? null : 'asked for'),
  },
];

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
