import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { displayPartition } from '../../../../domain/partition.ts';
import { reasonText } from '../../../../report/answer.ts';
import { metricName } from '../../../../report/metric-words.ts';
import {
  countedText,
  countText,
  durationText,
  intervalText,
  numberText,
  rangeText,
  scoreText,
  signedText,
} from '../../../../report/number-text.ts';
import type { PartitionDetail, RunDetail } from '../../api/answers.ts';
import { question } from '../../api/queries.ts';
import { Section } from '../../parts/page.tsx';
import { AnswerTag } from '../../parts/pill.tsx';
import {
  type Asked,
  QuarantineButton,
  QuarantineNotice,
  useQuarantine,
} from '../../parts/quarantine.tsx';
import { Answered } from '../../parts/states.tsx';
import { ModelBody } from '../report/model-body.tsx';
import { useCurrentRun } from '../run/run-frame.tsx';
import { PartitionProfile } from './partition-profile.tsx';

/** Letters of a name that its heading surely shows, in the narrowest window too. */
const CLAMPED = 60;

/** One partition: how it stands, its candidates, how its answer errs, its rows, and what was logged. */
export function PartitionPage() {
  const { partition } = useParams({ from: '/runs/$run/partitions/$partition' });
  const { run } = useCurrentRun();
  const params = { run: run.runId, partition };
  const query = useQuery(question('GET /runs/{run}/partitions/{partition}', { params }));
  return (
    <Answered query={query} wait="the partition">
      {(detail) => <Partition detail={detail} run={run} />}
    </Answered>
  );
}

function Partition({ detail, run }: { detail: PartitionDetail; run: RunDetail }) {
  const { trained, profile } = detail;
  const facts = trained?.kind === 'trained' ? trained.facts : null;
  const asked = { what: detail.text, experiment: run.experiment };
  const name = displayPartition(detail.key, detail.text);
  return (
    <>
      <div className="stack tight">
        <p className="crumbs">
          <Link to="/runs/$run" params={{ run: run.runId }}>
            All partitions
          </Link>
        </p>
        <div className="title">
          <h2 className="big anywhere clamped">{name}</h2>
          <Standing detail={detail} />
          {facts === null || detail.partitionId === 'global' ? null : <OwnModels asked={asked} />}
        </div>
        {name.length > CLAMPED ? (
          <details>
            <summary>Its whole name, {countedText(name.length, 'letter')}</summary>
            <p className="anywhere">{name}</p>
          </details>
        ) : null}
        <QuarantineNotice asked={asked} />
        {trained?.kind === 'failed' ? (
          <div className="notice bad">
            <h3>{reasonText(trained.reason)}</h3>
            <p>{trained.message}</p>
            {trained.stack === undefined ? null : (
              <details>
                <summary>Where it happened in the code</summary>
                <pre className="code">{trained.stack}</pre>
              </details>
            )}
          </div>
        ) : null}
      </div>
      <Scores detail={detail} run={run} />
      {facts === null ? null : (
        <Section
          title="Its own candidates"
          note="The best on cross-validation is its own model; it was fitted again on all training rows."
        >
          <ModelBody
            candidates={facts.candidates}
            best={facts.best}
            model={facts.model?.digest ?? null}
            importance={facts.model?.importance ?? []}
            explanation={facts.model?.explanation}
            selection={facts.selection}
            plots={detail.evaluated?.plots ?? null}
            classes={run.classes}
            metric={run.spec.metric}
          />
        </Section>
      )}
      {profile === null ? null : <PartitionProfile profile={profile} />}
      <Log run={run.runId} detail={detail} />
    </>
  );
}

/** Holds back what the partition has of its own, in every run of the experiment. */
function OwnModels({ asked }: { asked: Asked }) {
  if (useQuarantine(asked) !== undefined) return null;
  return <QuarantineButton asked={asked} what="Every model of its own that this partition has" />;
}

function Standing({ detail: { chosen, trained } }: { detail: PartitionDetail }) {
  if (chosen === null)
    return <span className="pill tie">{trained === null ? 'waiting' : trained.kind}</span>;
  return (
    <span className="row">
      <span className="soft small">answered by</span>
      <AnswerTag {...chosen} />
    </span>
  );
}

function Scores({ detail, run }: { detail: PartitionDetail; run: RunDetail }) {
  const { evaluated, rows, trained } = detail;
  const comparison = evaluated?.comparison ?? null;
  return (
    <div className="stack tight">
      <dl className="figures">
        <Figure name="rows" value={countText(rows)} />
        <Figure name="own, cross-validation" value={scoreText(evaluated?.own?.cv)} tone="own" />
        <Figure
          name="global, cross-validation"
          value={scoreText(evaluated?.global?.cv)}
          tone="global"
        />
        <Figure name="own, nested" value={scoreText(evaluated?.own?.nested)} tone="own" />
        <Figure name="own, holdout" value={scoreText(evaluated?.own?.holdout)} tone="own" />
        <Figure
          name="global, holdout"
          value={scoreText(evaluated?.global?.holdout)}
          tone="global"
        />
        {trained === null ? null : <Figure name="training took" value={durationText(trained.ms)} />}
      </dl>
      <p className="small soft">
        {metricName(run.spec.metric)}.
        {evaluated?.own === null || evaluated === null ? null : (
          <>
            {' '}
            Nested: each fold judged by the candidate that is best on the other folds (95 %{' '}
            {rangeText(evaluated.own.nestedInterval)}); the best one looks{' '}
            {numberText(evaluated.own.optimism, evaluated.own.cv.value ?? undefined)} too good.
          </>
        )}
        {comparison === null ? null : (
          <>
            {' '}
            Own ahead of global by {signedText(comparison.difference, comparison.interval)} (95 %{' '}
            {intervalText(comparison.interval)}) on {countedText(comparison.rows, 'row')}, p ={' '}
            {numberText(comparison.pValue)}
            {detail.chosen?.adjustedPValue === null || detail.chosen === null
              ? ''
              : `, ${numberText(detail.chosen.adjustedPValue)} after allowing for the number of partitions`}
            .
          </>
        )}
      </p>
    </div>
  );
}

function Figure({ name, value, tone = '' }: { name: string; value: string; tone?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={tone}>{value}</dd>
    </div>
  );
}

function Log({ run, detail }: { run: string; detail: PartitionDetail }) {
  const params = { run, partition: detail.partitionId };
  const query = useQuery({
    ...question('GET /runs/{run}/partitions/{partition}/log', { params }),
    enabled: detail.trained !== null,
  });
  if (detail.trained === null) return null;
  return (
    <Section title="Log">
      <Answered query={query} wait="the log">
        {({ log }) =>
          log === '' ? (
            <p className="soft">Nothing was written while this partition was trained.</p>
          ) : (
            <pre className="code" tabIndex={0}>
              {log}
            </pre>
          )
        }
      </Answered>
    </Section>
  );
}
