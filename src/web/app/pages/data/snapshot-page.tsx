import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { countedText, countText } from '../../../../report/number-text.ts';
import type { Answer, Snapshot } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { question } from '../../api/queries.ts';
import { momentText } from '../../parts/moments.ts';
import { NextPage } from '../../parts/next-page.tsx';
import { PageHead, Section } from '../../parts/page.tsx';
import { QuarantineButton, QuarantineNotice, useQuarantine } from '../../parts/quarantine.tsx';
import { SourceName } from '../../parts/source-name.tsx';
import { Answered, ProblemNotice } from '../../parts/states.tsx';
import { shortDigest } from '../model/digest-text.ts';
import { DriftSection } from './drift-section.tsx';
import { PartitionLines } from './partition-lines.tsx';

/** Of a page of partitions. */
const PER_PAGE = 200;

/** A version of the data: where it came from, and its partitions, beside those of another version. */
export function SnapshotPage() {
  const { snapshot } = useParams({ from: '/data/$snapshot' });
  const version = useQuery(question('GET /snapshots/{snapshot}', { params: { snapshot } }));
  const asked = { what: snapshot };
  const isHeld = useQuarantine(asked) !== undefined;
  return (
    <>
      <PageHead
        title={`Version ${shortDigest(snapshot)}`}
        crumbs={<Link to="/data">Data</Link>}
        actions={
          isHeld ? undefined : (
            <QuarantineButton asked={asked} what="Every model that this version reached" />
          )
        }
      />
      <QuarantineNotice asked={asked} />
      <Answered query={version} wait="the version">
        {(found) => <VersionFacts version={found} key={snapshot} />}
      </Answered>
    </>
  );
}

type Version = Answer<'GET /snapshots/{snapshot}'>;

/** Versions that this one may be compared with: the one before it, and the newest of the same experiments. */
function useOthers({ digest, older, experiments }: Version) {
  const { data } = useQuery(question('GET /snapshots', { query: { limit: 200 } }));
  const newest = (data?.snapshots ?? []).filter(
    (one) => one.digest !== digest && one.experiments.some((name) => experiments.includes(name)),
  );
  const isListed = newest.some((one) => one.digest === older?.digest);
  return older === null || isListed ? newest : [...newest, older];
}

function VersionFacts({ version }: { version: Version }) {
  const { digest, older } = version;
  const others = useOthers(version);
  const [comparedTo, setComparedTo] = useState(older?.digest ?? '');
  return (
    <>
      <Facts version={version} />
      <Section
        title="Partitions"
        aside={
          others.length === 0 ? undefined : (
            <select
              aria-label="Compared with"
              className="narrow"
              value={comparedTo}
              onChange={({ target }) => setComparedTo(target.value)}
            >
              <option value="">compared with nothing</option>
              {others.map((one) => (
                <option key={one.digest} value={one.digest}>
                  compared with {shortDigest(one.digest)}, {momentText(one.firstSeenAt)}
                </option>
              ))}
            </select>
          )
        }
      >
        <Partitions digest={digest} comparedTo={comparedTo} />
      </Section>
      <DriftSection run={version.newestRun} />
    </>
  );
}

function Facts({ version }: { version: Snapshot }) {
  const { digest, source, rows, partitions, columns, excluded, experiments, newestRun } = version;
  return (
    <dl className="facts">
      <dt>digest</dt>
      <dd className="mono">{digest}</dd>
      <dt>from</dt>
      <dd>
        <SourceName location={source.location} /> <span className="soft">({source.kind})</span>
      </dd>
      <dt>holds</dt>
      <dd>
        {countedText(rows, 'row')} in {countedText(partitions, 'partition')},{' '}
        {countedText(columns, 'column')}
      </dd>
      {Object.entries(excluded).map(([reason, count]) => (
        <div key={reason} className="pair-of-facts">
          <dt>left out</dt>
          <dd>
            {countedText(count, 'row')}: {reason.replaceAll('_', ' ')}
          </dd>
        </div>
      ))}
      <dt>first read</dt>
      <dd>{momentText(version.firstSeenAt)}</dd>
      <dt>read by</dt>
      <dd>
        {experiments.join(', ')}; last by{' '}
        <Link to="/runs/$run" params={{ run: newestRun }}>
          the run of {momentText(version.lastReadAt)}
        </Link>
      </dd>
    </dl>
  );
}

function Partitions({ digest, comparedTo }: { digest: string; comparedTo: string }) {
  const query = useInfiniteQuery({
    queryKey: ['GET /snapshots/{snapshot}/partitions', digest, comparedTo],
    queryFn: ({ pageParam, signal }) =>
      ask(
        'GET /snapshots/{snapshot}/partitions',
        {
          params: { snapshot: digest },
          query: {
            limit: PER_PAGE,
            ...(comparedTo === '' ? {} : { comparedTo }),
            ...(pageParam === null ? {} : { cursor: pageParam }),
          },
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
  const found = query.data?.pages.flatMap(({ partitions }) => partitions) ?? [];
  if (query.error !== null) return <ProblemNotice error={query.error} />;
  return (
    <>
      <PartitionLines partitions={found} isCompared={comparedTo !== ''} />
      <NextPage query={query} label={`More than these ${countText(found.length)}`} />
    </>
  );
}
