import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { countText } from '../../../../report/number-text.ts';
import type { Snapshot } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
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
    <div className="scroll" tabIndex={0} role="region" aria-label="Versions of the data">
      <table className="listed">
        <thead>
          <tr>
            <th>version</th>
            <th>from</th>
            <th className="n">rows</th>
            <th className="n">partitions</th>
            <th className="n">columns</th>
            <th>first read</th>
            <th>by experiments</th>
            <th className="n">runs</th>
          </tr>
        </thead>
        <tbody>
          {versions.map((version) => (
            <VersionLine key={version.digest} version={version} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function VersionLine({ version }: { version: Snapshot }) {
  const { digest, source, rows, partitions, columns, experiments, runs } = version;
  const isHeld = useQuarantine({ what: digest }) !== undefined;
  return (
    <tr>
      <th scope="row" className="nowrap">
        <Link to="/data/$snapshot" params={{ snapshot: digest }} className="mono">
          {shortDigest(digest)}
        </Link>
        {isHeld ? <div className="pill bad">in quarantine</div> : null}
      </th>
      <td className="name" data-label="from">
        <SourceName location={source.location} />
      </td>
      <td className="n" data-label="rows">
        {countText(rows)}
      </td>
      <td className="n" data-label="partitions">
        {countText(partitions)}
      </td>
      <td className="n" data-label="columns">
        {countText(columns)}
      </td>
      <td className="nowrap" data-label="first read">
        {momentText(version.firstSeenAt)}
      </td>
      <td className="name" data-label="by">
        {experiments.join(', ')}
      </td>
      <td className="n" data-label="runs">
        {countText(runs)}
      </td>
    </tr>
  );
}
