import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useParams } from '@tanstack/react-router';
import { createContext, useContext } from 'react';
import { hasAnswers, isTerminal } from '../../../../domain/run.ts';
import type { RunDetail, RunState } from '../../api/answers.ts';
import { question } from '../../api/queries.ts';
import { useRunEvents } from '../../api/run-events.ts';
import { momentText } from '../../parts/moments.ts';
import { PageHead } from '../../parts/page.tsx';
import { RunPill } from '../../parts/pill.tsx';
import { SourceName } from '../../parts/source-name.tsx';
import { Answered, ProblemNotice } from '../../parts/states.tsx';
import { NamesOfRun, Promote } from './promote.tsx';
import { Reproduce, ReproductionOutcome } from './reproduce.tsx';
import { Retry, RetryOf } from './retry.tsx';
import { leftSomething } from './retry-words.ts';
import { RunControls } from './run-controls.tsx';
import { RunRegularly } from './run-regularly.tsx';

type CurrentRun = { readonly run: RunDetail; readonly state: RunState };

const RunContext = createContext<CurrentRun | null>(null);

/** The run that the page is about, as it stands right now. */
export function useCurrentRun(): CurrentRun {
  const current = useContext(RunContext);
  if (current === null) throw new Error('This part stands on the page of a run only.');
  return current;
}

/** What all pages of one run have on top. */
export function RunFrame() {
  const { run } = useParams({ from: '/runs/$run' });
  const query = useQuery(question('GET /runs/{run}', { params: { run } }));
  return (
    <Answered query={query} wait="the run">
      {(detail) => <LiveFrame key={detail.runId} run={detail} />}
    </Answered>
  );
}

function LiveFrame({ run }: { run: RunDetail }) {
  const state = useRunEvents(run.runId, run.state);
  const { target, partition, data } = run.spec;
  const isOver = isTerminal(state.status);
  return (
    <RunContext value={{ run, state }}>
      <PageHead
        title={run.experiment}
        crumbs={
          <>
            <Link to="/">Runs</Link>
            <span aria-hidden="true">/</span>
            <span>{momentText(run.createdAt)}</span>
          </>
        }
        badge={<RunPill status={state.status} paused={state.paused} />}
        actions={
          isOver ? (
            <>
              <Link to="/new" search={{ run: run.runId }} className="button">
                Use as a new experiment
              </Link>
              {leftSomething(state) ? <Retry run={run} /> : null}
              {hasAnswers(state.status) ? <RunRegularly run={run} /> : null}
              {hasAnswers(state.status) ? <Reproduce run={run} /> : null}
              {hasAnswers(state.status) ? <Promote run={run} /> : null}
            </>
          ) : (
            <RunControls run={run.runId} state={state} />
          )
        }
      >
        <p className="soft">
          Predicts <b className="anywhere">{target.column}</b> from the rows of{' '}
          <SourceOf source={data.source} /> with one model for every{' '}
          <b className="anywhere">{partition.by.join(' / ')}</b>, and one without partition.
        </p>
        {isOver ? <NamesOfRun run={run} /> : null}
        <RetryOf run={run} />
        <ReproductionOutcome run={run} isOver={hasAnswers(state.status)} />
      </PageHead>
      {state.error === null ? null : <ProblemNotice error={state.error} />}
      <nav className="tabs" aria-label="Pages of this run">
        <Link to="/runs/$run" params={{ run: run.runId }} activeOptions={{ exact: true }}>
          Progress
        </Link>
        {isOver ? (
          <Link to="/runs/$run/report" params={{ run: run.runId }}>
            Report
          </Link>
        ) : null}
        {isOver ? (
          <Link to="/runs/$run/predict" params={{ run: run.runId }}>
            Predict
          </Link>
        ) : null}
        <Link to="/runs/$run/spec" params={{ run: run.runId }}>
          Spec
        </Link>
      </nav>
      <Outlet />
    </RunContext>
  );
}

function SourceOf({ source }: { source: RunDetail['spec']['data']['source'] }) {
  if ('path' in source && source.path !== undefined)
    return (
      <span className="anywhere">
        <SourceName location={source.path} />
      </span>
    );
  return 'table' in source && source.table !== undefined ? (
    <span className="anywhere">{source.table}</span>
  ) : (
    'a query'
  );
}
