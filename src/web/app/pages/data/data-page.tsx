import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { countText } from '../../../../report/number-text.ts';
import type { Snapshot } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { Listed, type ListedColumn } from '../../parts/listed.tsx';
import { momentText } from '../../parts/moments.ts';
import { NextPage } from '../../parts/next-page.tsx';
import { OfExperiment, ofExperiment } from '../../parts/of-experiment.tsx';
import { PageHead, Section } from '../../parts/page.tsx';
import { useQuarantine } from '../../parts/quarantine.tsx';
import { SourceName } from '../../parts/source-name.tsx';
import { Empty, ProblemNotice } from '../../parts/states.tsx';
import { shortDigest } from '../model/digest-text.ts';
import { QuarantineSection } from './quarantine-section.tsx';

const PER_PAGE = 50;

/** Which rows runs have read, version by version, and what of them must not answer. */
export function DataPage() {
  const { experiment } = useSearch({ from: '/data' });
  const navigate = useNavigate({ from: '/data' });
  const versions = useInfiniteQuery({
    queryKey: ['GET /snapshots', experiment],
    queryFn: ({ pageParam, signal }) =>
      ask(
        'GET /snapshots',
        {
          query: {
            limit: PER_PAGE,
            ...(experiment === undefined ? {} : { experiment }),
            ...(pageParam === null ? {} : { cursor: pageParam }),
          },
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
  const found = versions.data?.pages.flatMap(({ snapshots }) => snapshots) ?? [];
  return (
    <>
      <PageHead title="Data">
        <p className="soft">
          Each version of a table that a run has read is kept as it was, under the digest of its
          rows: equal rows are one version, however they came.
        </p>
      </PageHead>
      {versions.error === null ? null : <ProblemNotice error={versions.error} />}
      {versions.isSuccess && found.length === 0 && experiment === undefined ? (
        <Empty title="No table was read yet">
          <p>The first run reads one: choose it in a new experiment.</p>
          <Link to="/new" className="button main">
            New experiment
          </Link>
        </Empty>
      ) : (
        <Section
          title="Versions"
          aside={
            <OfExperiment
              chosen={experiment}
              onChoose={(chosen) => void navigate({ search: ofExperiment(chosen), replace: true })}
            />
          }
        >
          <Versions versions={found} />
          <NextPage query={versions} />
        </Section>
      )}
      <QuarantineSection />
    </>
  );
}

function Versions({ versions }: { versions: readonly Snapshot[] }) {
  return (
    <Listed
      label="Versions of the data"
      entries={versions}
      columns={COLUMNS}
      keyOf={({ digest }) => digest}
    />
  );
}

const COLUMNS: readonly ListedColumn<Snapshot>[] = [
  {
    head: 'version',
    isName: true,
    className: 'nowrap',
    of: ({ digest }) => <VersionName digest={digest} />,
  },
  {
    head: 'from',
    className: 'name',
    of: ({ source }) => <SourceName location={source.location} />,
  },
  { head: 'rows', isNumber: true, of: ({ rows }) => countText(rows) },
  { head: 'partitions', isNumber: true, of: ({ partitions }) => countText(partitions) },
  { head: 'columns', isNumber: true, of: ({ columns }) => countText(columns) },
  { head: 'first read', className: 'nowrap', of: ({ firstSeenAt }) => momentText(firstSeenAt) },
  {
    head: 'by experiments',
    label: 'by',
    className: 'name',
    of: ({ experiments }) => experiments.join(', '),
  },
  { head: 'runs', isNumber: true, of: ({ runs }) => countText(runs) },
];

function VersionName({ digest }: Pick<Snapshot, 'digest'>) {
  const isHeld = useQuarantine({ what: digest }) !== undefined;
  return (
    <>
      <Link to="/data/$snapshot" params={{ snapshot: digest }} className="mono">
        {shortDigest(digest)}
      </Link>
      {isHeld ? <div className="pill bad">in quarantine</div> : null}
    </>
  );
}
