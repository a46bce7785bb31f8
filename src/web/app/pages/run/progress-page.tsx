import { lazy, Suspense } from 'react';
import { Section } from '../../parts/page.tsx';
import { Failures } from './failures.tsx';
import { PartitionOverview } from './partition-overview.tsx';
import { ProgressSummary } from './progress-summary.tsx';
import { useCurrentRun } from './run-frame.tsx';
import { StageTable, useStages } from './stage-table.tsx';
import { Timeline } from './timeline.tsx';

const StageGraph = lazy(async () => ({ default: (await import('./stage-graph.tsx')).StageGraph }));

/** A run while it works, and what it did afterwards. */
export function ProgressPage() {
  const { run, state } = useCurrentRun();
  const stages = useStages(run.runId);
  return (
    <>
      <ProgressSummary run={run} state={state} stages={stages.data?.stages ?? []} />
      <Section
        title="Stages"
        note="From the table to the report. Everything between profile and evaluate happens once for every partition, and once for all rows together."
      >
        <Suspense fallback={<div className="graph-wait" />}>
          <StageGraph run={run} stages={stages.data?.stages ?? []} />
        </Suspense>
        <StageTable query={stages} />
      </Section>
      <PartitionOverview run={run} state={state} />
      <Failures run={run.runId} />
      <Timeline run={run.runId} />
    </>
  );
}
