import { useQuery } from '@tanstack/react-query';
import type { ReportFacts, RunDetail } from '../../api/answers.ts';
import { addressOf } from '../../api/ask.ts';
import { question } from '../../api/queries.ts';
import { Section } from '../../parts/page.tsx';
import { Answered, Empty } from '../../parts/states.tsx';
import { useCurrentRun } from '../run/run-frame.tsx';
import { AlgorithmTable } from './algorithm-table.tsx';
import { Comparison } from './comparison.tsx';
import { Coverage } from './coverage.tsx';
import { DataProfile } from './data-profile.tsx';
import { IntervalTable } from './interval-table.tsx';
import { ModelBody } from './model-body.tsx';
import { ParentTable } from './parent-table.tsx';
import { PartitionTable } from './partition-table.tsx';
import { ScoreSpread } from './score-spread.tsx';
import { SelectedColumns } from './selected-columns.tsx';
import { Summary } from './summary.tsx';

/** What came out: which model is the best for each partition, and whether the division was worth it. */
export function ReportPage() {
  const { run } = useCurrentRun();
  const query = useQuery({
    ...question('GET /runs/{run}/report', { params: { run: run.runId } }),
    enabled: run.snapshot !== null,
  });
  if (run.snapshot === null)
    return (
      <Empty title="There is nothing to report">
        <p>The run ended before it had read its table.</p>
      </Empty>
    );
  return (
    <Answered query={query} wait="the report">
      {(facts) => <Report facts={facts} run={run} />}
    </Answered>
  );
}

function Report({ facts, run }: { facts: ReportFacts; run: RunDetail }) {
  const { global, question: asked } = facts;
  return (
    <>
      <Summary facts={facts} aside={<Exports run={run.runId} hasReport={run.hasReport} />} />
      <Warnings warnings={facts.data.warnings} />
      <PartitionTable facts={facts} run={run.runId} />
      <ScoreSpread facts={facts} />
      <ParentTable facts={facts} />
      <Coverage facts={facts} />
      <IntervalTable facts={facts} />
      <Comparison facts={facts} />
      {global === null ? null : (
        <Section title="The model without partition" id="global">
          <ModelBody
            candidates={global.candidates}
            best={global.best}
            model={global.model}
            importance={global.importance}
            explanation={global.explanation}
            selection={global.selection}
            plots={global.plots}
            classes={asked.classes}
            metric={asked.metric}
          />
        </Section>
      )}
      <AlgorithmTable facts={facts} />
      <SelectedColumns facts={facts} />
      <DataProfile facts={facts} />
    </>
  );
}

/** The same to take away. */
function Exports({ run, hasReport }: { run: string; hasReport: boolean }) {
  const params = { run };
  const csv = { split: 'holdout', format: 'csv' } as const;
  return (
    <div className="row">
      {hasReport ? (
        <>
          <a
            className="button"
            href={addressOf('GET /runs/{run}/report.html', { params, query: {} })}
            target="_blank"
            rel="noreferrer"
          >
            Open as one page
          </a>
          <a
            className="button"
            href={addressOf('GET /runs/{run}/report.html', { params, query: { download: '1' } })}
            download
          >
            HTML
          </a>
        </>
      ) : null}
      <a
        className="button"
        href={addressOf('GET /runs/{run}/result', { params })}
        download={`${run}.json`}
      >
        JSON
      </a>
      <a
        className="button"
        href={addressOf('GET /runs/{run}/predictions', { params, query: csv })}
        download={`${run}-holdout.csv`}
      >
        CSV of predictions
      </a>
    </div>
  );
}

function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <aside className="notice warn">
      <h3>Look at these before you trust the scores</h3>
      <ul className="small">
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </aside>
  );
}
