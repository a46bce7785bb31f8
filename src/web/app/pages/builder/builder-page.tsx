import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Fragment, useState } from 'react';
import type { JsonObject } from '../../../../domain/json.ts';
import { specAsWritten } from '../../../../spec/written/spec-as-written.ts';
import { question } from '../../api/queries.ts';
import { PageHead } from '../../parts/page.tsx';
import { Answered } from '../../parts/states.tsx';
import { AlgorithmSection } from './algorithm-section.tsx';
import { BuilderState, readDraft, useBuilder } from './builder-state.tsx';
import { Canvas, StagePanel, useChosenStage } from './canvas/canvas.tsx';
import { FeatureSection } from './feature-section.tsx';
import { Launch } from './launch.tsx';
import { LimitsSection } from './limits-section.tsx';
import { PartitionSection } from './partition-section.tsx';
import { QuestionSection } from './question-section.tsx';
import type { SchemaNode } from './schema-node.ts';
import { SourceSection } from './source-section.tsx';
import { valueAt } from './spec-document.ts';
import './builder.css';

const BLANK: JsonObject = { version: 1, name: 'my-experiment' };

/** Builds an experiment by choosing; what comes out is the spec that the command line takes too. */
export function BuilderPage() {
  const { run } = useSearch({ from: '/new' });
  const schema = useQuery(question('GET /specs/schema', {}));
  const catalogue = useQuery(question('GET /specs/catalogue', {}));
  const origin = useQuery({
    ...question('GET /runs/{run}', { params: { run: run ?? '' } }),
    enabled: run !== undefined,
  });
  return (
    <Answered query={schema} wait="what a spec may say">
      {(node) => (
        <Answered query={catalogue} wait="the algorithms">
          {(offered) =>
            run === undefined ? (
              <BuilderState
                begin={readDraft() ?? BLANK}
                schema={node as SchemaNode}
                catalogue={offered}
              >
                <Pages />
              </BuilderState>
            ) : (
              <Answered query={origin} wait="the run">
                {({ spec }) => (
                  <BuilderState
                    begin={specAsWritten(spec)}
                    schema={node as SchemaNode}
                    catalogue={offered}
                  >
                    <Pages />
                  </BuilderState>
                )}
              </Answered>
            )
          }
        </Answered>
      )}
    </Answered>
  );
}

/** What is asked once there is a table. */
const TO_COME = [
  'The question: what is to be predicted',
  'The partition: what divides the table',
  'The columns: what the models see',
  'The algorithms, and how they are judged',
  'The run',
];

function Pages() {
  const { document, replace } = useBuilder();
  const { view = 'form' } = useSearch({ from: '/new' });
  const [version, setVersion] = useState(0);
  const hasTable = valueAt(document, ['data', 'source']) !== undefined;
  return (
    <>
      <PageHead
        title="New experiment"
        actions={
          <>
            {hasTable ? (
              <button
                type="button"
                className="button quiet"
                onClick={() => {
                  replace(BLANK);
                  setVersion(version + 1);
                }}
              >
                Start afresh
              </button>
            ) : null}
            <Views view={view} />
          </>
        }
      >
        <p className="soft">
          Three choices make an experiment: a table, what to predict, what divides it.
        </p>
      </PageHead>
      <Fragment key={version}>{view === 'canvas' ? <AsCanvas /> : <AsForm />}</Fragment>
    </>
  );
}

/** The same spec, as a form or as the graph of its run. */
function Views({ view }: { view: 'form' | 'canvas' }) {
  const navigate = useNavigate({ from: '/new' });
  const show = (next: 'form' | 'canvas') =>
    void navigate({
      search: ({ run }) => ({
        ...(run !== undefined && { run }),
        ...(next === 'canvas' && { view: next }),
      }),
      replace: true,
    });
  return (
    <div className="segments" role="group" aria-label="Shown as">
      <button
        type="button"
        className="button"
        aria-pressed={view === 'form'}
        onClick={() => show('form')}
      >
        Form
      </button>
      <button
        type="button"
        className="button"
        aria-pressed={view === 'canvas'}
        onClick={() => show('canvas')}
      >
        Canvas
      </button>
    </div>
  );
}

function AsForm() {
  const { document } = useBuilder();
  const hasTable = valueAt(document, ['data', 'source']) !== undefined;
  return (
    <div className="builder">
      <div className="stack roomy">
        <SourceSection />
        {hasTable ? (
          <>
            <QuestionSection />
            <PartitionSection />
            <FeatureSection />
            <AlgorithmSection />
            <LimitsSection />
          </>
        ) : (
          <ol className="to-come" start={2}>
            {TO_COME.map((title) => (
              <li key={title}>{title}</li>
            ))}
          </ol>
        )}
      </div>
      <Launch />
    </div>
  );
}

function AsCanvas() {
  const [chosen, choose] = useChosenStage();
  return (
    <div className="builder of-canvas">
      <Canvas chosen={chosen} onChoose={choose} />
      <StagePanel chosen={chosen} onChoose={choose} />
      <Launch />
    </div>
  );
}
