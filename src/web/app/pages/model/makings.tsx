import { Link } from '@tanstack/react-router';
import { answerText } from '../../../../report/answer.ts';
import { countedText, countText, numberText } from '../../../../report/number-text.ts';
import { parametersText } from '../../../../report/parameters-text.ts';
import type { ModelLineage } from '../../api/answers.ts';
import { momentText } from '../../parts/moments.ts';
import { Section } from '../../parts/page.tsx';
import { SourceName } from '../../parts/source-name.tsx';

type Making = ModelLineage['makings'][number];

/** The same as the graph, as tables: every run that made it, the candidates beside it, and whom it serves. */
export function Makings({ lineage }: { lineage: ModelLineage }) {
  const { makings, makingCount, uses, useCount } = lineage;
  return (
    <>
      {makings.map((making) => (
        <MakingFacts key={`${making.runId} ${making.partitionId}`} making={making} />
      ))}
      {makingCount > makings.length ? (
        <p className="small soft">
          The newest {countText(makings.length)} of {countText(makingCount)} are shown.
        </p>
      ) : null}
      <Section title={`Answers for ${countedText(useCount, 'partition')}`}>
        {useCount === 0 ? (
          <p className="small soft">
            In its runs, the model without partition was chosen instead: there was no clear
            difference, or that one is better.
          </p>
        ) : null}
        <ul className="plain-list small">
          {uses.map(({ runId, partition, status, verdict }) => (
            <li key={`${runId} ${partition}`} className="anywhere">
              {partition}{' '}
              <span className="soft">{answerText({ status, verdict, reason: null })}</span>
            </li>
          ))}
        </ul>
        {useCount > uses.length ? (
          <p className="small soft">and {countText(useCount - uses.length)} more</p>
        ) : null}
      </Section>
    </>
  );
}

function MakingFacts({ making }: { making: Making }) {
  const { data, code, selection } = making;
  return (
    <Section
      title={`Made on ${momentText(making.createdAt)}`}
      note={
        <>
          In{' '}
          <Link to="/runs/$run/report" params={{ run: making.runId }}>
            a run of {making.experiment}
          </Link>
          , for {making.scope === 'global' ? 'all rows' : making.partition}.
        </>
      }
    >
      {making.notReproducible === null ? null : (
        <p className="notice bad small">{making.notReproducible}</p>
      )}
      <div className="columns">
        <dl className="facts">
          <dt>rows of the partition</dt>
          <dd>
            {countText(data.rowCount)} <code>{data.rows}</code>
          </dd>
          <dt>snapshot</dt>
          <dd className="mono">{data.snapshot}</dd>
          <dt>source</dt>
          <dd>
            {data.source.kind} <SourceName location={data.source.location} />
          </dd>
          <dt>folds</dt>
          <dd className="mono">{data.folds}</dd>
          <dt>spec</dt>
          <dd className="mono">{making.spec}</dd>
          <dt>code</dt>
          <dd>
            <code>{code.sourceDigest}</code>
            {code.gitCommit === null ? null : (
              <>
                , commit <code>{code.gitCommit}</code>
                {code.dirty ? ' with changes' : ''}
              </>
            )}
          </dd>
          <dt>environment</dt>
          <dd className="mono">{making.environment.digest}</dd>
          <dt>asked for by</dt>
          <dd>{making.requestedBy}</dd>
          {selection === null || selection.method === 'none' ? null : (
            <>
              <dt>columns chosen by</dt>
              <dd>
                {selection.method.replaceAll('_', ' ')}: {selection.kept.join(', ')}
                {selection.origin === null ? '' : `, taken over from run ${selection.origin}`}
              </dd>
            </>
          )}
        </dl>
        <Candidates making={making} />
      </div>
    </Section>
  );
}

function Candidates({ making }: { making: Making }) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Candidates">
      <table>
        <thead>
          <tr>
            <th>candidate</th>
            <th className="n">cross-validation</th>
          </tr>
        </thead>
        <tbody>
          {making.candidates.map((candidate) => (
            <tr
              key={`${candidate.algorithm} ${parametersText(candidate.parameters)}`}
              className={candidate.isBest ? 'best' : ''}
            >
              <td className="name">
                {candidate.algorithm}
                {candidate.isBest ? ' ★' : ''}
                <div className="tiny soft">
                  {candidate.because ?? parametersText(candidate.parameters)}
                </div>
              </td>
              <td className="n">{numberText(candidate.cv)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
