import { useInfiniteQuery } from '@tanstack/react-query';
import { ask } from '../../api/ask.ts';
import { momentText } from '../../parts/moments.ts';
import { Section } from '../../parts/page.tsx';
import { ProblemNotice } from '../../parts/states.tsx';

const PER_PAGE = 50;

/** Who changed what, the newest first. */
export function AuditTrail() {
  const query = useInfiniteQuery({
    queryKey: ['GET /audit'],
    queryFn: ({ pageParam, signal }) =>
      ask(
        'GET /audit',
        { query: { limit: PER_PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) } },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
  const events = query.data?.pages.flatMap((page) => page.events) ?? [];
  return (
    <Section
      title="Who changed what"
      note="Everything that changes something: what was asked for, and what runs did by themselves. `partita audit verify` checks that nothing of it was touched."
    >
      {query.error === null ? null : <ProblemNotice error={query.error} />}
      {query.isSuccess && events.length === 0 ? (
        <p className="soft">Nothing was changed yet.</p>
      ) : null}
      {events.length === 0 ? null : (
        <div className="scroll" tabIndex={0} role="region" aria-label="Who changed what">
          <table>
            <thead>
              <tr>
                <th>when</th>
                <th>who</th>
                <th>did</th>
                <th>to</th>
                <th className="n">answered with</th>
              </tr>
            </thead>
            <tbody>
              {events.map(({ id, at, requestId, actor, role, action, target, status }) => (
                <tr key={id}>
                  <td className="nowrap">{momentText(at)}</td>
                  <td>
                    {actor} <span className="soft small">{role}</span>
                  </td>
                  <td className="mono">{action}</td>
                  <td className="name mono">{Object.values(target).join(', ')}</td>
                  <td className="n">{status ?? (requestId === null ? '' : 'asked for')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {query.hasNextPage ? (
        <div>
          <button type="button" className="button" onClick={() => void query.fetchNextPage()}>
            Older ones
          </button>
        </div>
      ) : null}
    </Section>
  );
}
