import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Quarantine } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { ChangeTable } from '../../parts/change-table.tsx';
import { Listed, type ListedColumn } from '../../parts/listed.tsx';
import { momentText } from '../../parts/moments.ts';
import { NextPage } from '../../parts/next-page.tsx';
import { Section } from '../../parts/page.tsx';
import { askedOf, ReleaseButton } from '../../parts/quarantine.tsx';
import { Answered, ProblemNotice } from '../../parts/states.tsx';
import { shortDigest } from '../model/digest-text.ts';

const PER_PAGE = 100;

const STANDING = infiniteQueryOptions({
  queryKey: ['GET /quarantines', 'pages'] as const,
  queryFn: ({ pageParam, signal }) =>
    ask(
      'GET /quarantines',
      { query: { limit: PER_PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) } },
      { signal },
    ),
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
});

/** What must not answer, and what was let go again. */
export function QuarantineSection() {
  const quarantines = useInfiniteQuery(STANDING);
  return (
    <Section
      title="Quarantine"
      id="quarantine"
      note="What turned out bad does not answer: a model, every model of bad rows, or the own model of a partition. The page of a version, a partition or a model puts it here."
    >
      <Answered query={quarantines} wait="what is in quarantine">
        {({ pages }) =>
          pages[0]?.quarantines.length === 0 ? (
            <p>Nothing is in quarantine.</p>
          ) : (
            <Listed
              label="In quarantine"
              entries={pages.flatMap((page) => page.quarantines)}
              columns={COLUMNS}
              keyOf={({ subject }) => JSON.stringify(subject)}
            />
          )
        }
      </Answered>
      <NextPage query={quarantines} />
      <Past />
    </Section>
  );
}

const COLUMNS: readonly ListedColumn<Quarantine>[] = [
  {
    head: 'what',
    isName: true,
    className: 'name',
    of: ({ subject }) => <Subject subject={subject} />,
  },
  { head: 'since', className: 'nowrap', of: ({ at }) => momentText(at) },
  { head: 'by', of: ({ actor }) => actor },
  { head: 'because', className: 'name', of: ({ reason }) => reason },
  { head: 'release', isAction: true, of: (one) => <ReleaseButton asked={askedOf(one)} /> },
];

function Subject({ subject }: { subject: Quarantine['subject'] }) {
  if (subject.kind === 'partition')
    return (
      <>
        partition {subject.text} <span className="soft small">of {subject.experiment}</span>
      </>
    );
  const words = `${subject.kind} ${shortDigest(subject.digest)}`;
  if (subject.kind === 'model')
    return (
      <Link to="/models/$model" params={{ model: subject.digest }}>
        {words}
      </Link>
    );
  if (subject.kind === 'snapshot')
    return (
      <Link to="/data/$snapshot" params={{ snapshot: subject.digest }}>
        {words}
      </Link>
    );
  return <>{words}</>;
}

/** Everything that was put into quarantine or let go; asked for when it is opened. */
function Past() {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>What was put into quarantine and released</summary>
      {isOpen ? <Changes /> : null}
    </details>
  );
}

function Changes() {
  const query = useInfiniteQuery({
    queryKey: ['GET /quarantines/changes'],
    queryFn: ({ pageParam, signal }) =>
      ask(
        'GET /quarantines/changes',
        { query: { limit: PER_PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) } },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
  const changes = query.data?.pages.flatMap((page) => page.changes) ?? [];
  if (query.error !== null) return <ProblemNotice error={query.error} />;
  if (query.isSuccess && changes.length === 0) return <p className="soft">Nothing ever was.</p>;
  return (
    <>
      <ChangeTable
        label="Changes of quarantine"
        what="what"
        changes={changes.map(({ at, actor, kind, subject, reason }) => ({
          key: `${at} ${kind} ${JSON.stringify(subject)}`,
          at,
          actor,
          did: kind === 'quarantine' ? 'put into quarantine' : 'released',
          what: <Subject subject={subject} />,
          reason,
        }))}
      />
      <NextPage query={query} />
    </>
  );
}
