import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { countedText, countText, percentText } from '../../../../report/number-text.ts';
import { parametersText } from '../../../../report/parameters-text.ts';
import type { ModelCard, ModelLineage } from '../../api/answers.ts';
import { addressOf, askFile } from '../../api/ask.ts';
import { question } from '../../api/queries.ts';
import { Bars } from '../../charts/bars.tsx';
import { DownloadButton } from '../../parts/download-button.tsx';
import { PageHead, Section } from '../../parts/page.tsx';
import { QuarantineButton, QuarantineNotice, useQuarantine } from '../../parts/quarantine.tsx';
import { Answered } from '../../parts/states.tsx';
import { BlendPage } from './blend-page.tsx';
import { shortDigest } from './digest-text.ts';
import { Makings } from './makings.tsx';
import { WhatIf } from './what-if.tsx';

const LineageGraph = lazy(async () => ({
  default: (await import('./lineage-graph.tsx')).LineageGraph,
}));

/** A model: what it is, what it looks at, how it came to be and for whom it answers. */
export function ModelPage() {
  const { model } = useParams({ from: '/models/$model' });
  const card = useQuery(question('GET /models/{model}', { params: { model } }));
  const lineage = useQuery(question('GET /models/{model}/lineage', { params: { model } }));
  const parts = lineage.data?.blend ?? null;
  if (lineage.data !== undefined && parts !== null)
    return <BlendPage lineage={lineage.data} parts={parts} />;
  return (
    <Answered query={card} wait="the model">
      {(found) => (
        <>
          <Card card={found} lineage={lineage.data} />
          {found.withheld === null ? <WhatIf key={found.model} card={found} /> : null}
          <Answered query={lineage} wait="where it came from">
            {(known) => <Origin lineage={known} />}
          </Answered>
        </>
      )}
    </Answered>
  );
}

function Card({ card, lineage }: { card: ModelCard; lineage: ModelLineage | undefined }) {
  const making = lineage?.makings[0];
  const bars = card.importance.filter(({ share }) => share > 0).slice(0, 15);
  return (
    <>
      <PageHead
        title={`${card.algorithm} · ${shortDigest(card.model)}`}
        crumbs={
          <>
            <Link to="/">Runs</Link>
            {making === undefined ? null : (
              <>
                <span aria-hidden="true">/</span>
                <Link to="/runs/$run/report" params={{ run: making.runId }}>
                  {making.experiment}
                </Link>
              </>
            )}
          </>
        }
        actions={<Actions model={card.model} run={making?.runId} />}
      >
        <p className="soft">
          Predicts <b className="anywhere">{card.target}</b>
          {card.task === 'regression' ? ', a number' : ', a class'}
          {making === undefined ? '' : `; fitted on ${countedText(making.trainedRows, 'row')}`}.
        </p>
      </PageHead>
      <Withheld card={card} />
      <div className="columns">
        <div className="stack">
          <dl className="facts">
            <dt>digest</dt>
            <dd className="mono">{card.model}</dd>
            <dt>size</dt>
            <dd>{countText(card.byteSize)} bytes</dd>
            {making === undefined ? null : (
              <>
                <dt>parameters</dt>
                <dd>{parametersText(making.parameters)}</dd>
                <dt>seed</dt>
                <dd className="mono">{making.seed}</dd>
              </>
            )}
            {card.classes.length === 0 ? null : (
              <>
                <dt>classes</dt>
                <dd>{card.classes.join(', ')}</dd>
              </>
            )}
            <dt>columns it reads</dt>
            <dd>{card.columns.map(({ name }) => name).join(', ')}</dd>
          </dl>
        </div>
        {bars.length === 0 ? null : (
          <Bars
            caption="What it looks at: importance of its columns."
            bars={bars.map(({ feature, share }) => ({
              name: feature,
              value: share,
              text: percentText(share),
            }))}
          />
        )}
      </div>
    </>
  );
}

/** Says that a model may not answer: in quarantine itself, or for what it was made of; nothing where it may. */
function Withheld({ card: { model, withheld } }: { card: ModelCard }) {
  const asked = { what: model };
  if (useQuarantine(asked) !== undefined) return <QuarantineNotice asked={asked} />;
  if (withheld === null) return null;
  return (
    <div className="notice bad">
      <p>
        It must not answer, because its rows, its version of the data or its partition is in{' '}
        <Link to="/data">quarantine</Link>: <span className="anywhere">{withheld}</span>
      </p>
    </div>
  );
}

/** What can be done with a model. */
function Actions({ model, run }: { model: string; run: string | undefined }) {
  const isHeld = useQuarantine({ what: model }) !== undefined;
  return (
    <>
      {run === undefined ? null : (
        <Link to="/runs/$run/predict" params={{ run }} className="button">
          What would its run say?
        </Link>
      )}
      <a
        className="button"
        href={addressOf('GET /models/{model}/card.html', { params: { model } })}
        target="_blank"
        rel="noreferrer"
      >
        Model card
      </a>
      <a
        className="button"
        href={addressOf('GET /models/{model}/export', { params: { model } })}
        download
      >
        As JSON
      </a>
      <DownloadButton
        label="As ONNX"
        name="model.onnx"
        file={() =>
          askFile('GET /models/{model}/export', { params: { model }, query: { format: 'onnx' } })
        }
      />
      {isHeld ? null : <QuarantineButton asked={{ what: model }} what="This model" />}
    </>
  );
}

function Origin({ lineage }: { lineage: ModelLineage }) {
  return (
    <>
      <Section
        title="Where it came from"
        note="From the rows to the model, and on to the partitions that it answers for. Equal digests are equal bytes."
        id="lineage"
      >
        <Suspense fallback={<div className="graph-wait" />}>
          <LineageGraph lineage={lineage} />
        </Suspense>
      </Section>
      <Makings lineage={lineage} />
    </>
  );
}
