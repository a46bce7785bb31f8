import { useMemo } from 'react';
import { countedText, countText } from '../../../../report/number-text.ts';
import type { RunDetail, StageFacts } from '../../api/answers.ts';
import { Graph } from '../../parts/graph/graph.tsx';
import type { GraphNode, Link } from '../../parts/graph/graph-node.ts';
import { timeText } from './stage-table.tsx';

/** The run as the graph that it is: the way of every partition, and beside it the model without partition. */
export function StageGraph({ run, stages }: { run: RunDetail; stages: readonly StageFacts[] }) {
  const hasGlobal = run.spec.global.enabled;
  const nodes = useMemo(() => nodesOf(stages, run, hasGlobal), [stages, run, hasGlobal]);
  const links = useMemo(() => linksOf(stages, hasGlobal), [stages, hasGlobal]);
  return <Graph nodes={nodes} links={links} label={`Stages of the run: ${spoken(stages)}`} />;
}

function nodesOf(
  stages: readonly StageFacts[],
  run: RunDetail,
  hasGlobal: boolean,
): readonly GraphNode[] {
  const nodes = stages.map((stage) => ({
    id: stage.stage,
    title: stage.stage,
    note: noteOf(stage, run),
    tone: toneOf(stage),
  }));
  const train = stages.find(({ stage }) => stage === 'train');
  if (!hasGlobal || train === undefined) return nodes;
  const without: GraphNode = {
    id: 'global',
    title: 'global',
    note: 'all rows',
    tone: train.state === 'done' ? 'global' : toneOf(train),
  };
  return [...nodes, without];
}

function linksOf(stages: readonly StageFacts[], hasGlobal: boolean): readonly Link[] {
  const links = stages
    .slice(1)
    .map(({ stage }, i) => ({ from: stages[i]?.stage ?? stage, to: stage as string }));
  if (!hasGlobal || stages.length === 0) return links;
  return [...links, { from: 'condition', to: 'global' }, { from: 'global', to: 'evaluate' }];
}

function toneOf({ state }: StageFacts): GraphNode['tone'] {
  if (state === 'skipped') return 'waiting';
  return state === 'stopped' ? 'failed' : state;
}

function noteOf(stage: StageFacts, { snapshot }: RunDetail): string {
  if (stage.state === 'waiting') return 'waiting';
  if (stage.state === 'skipped') return 'not reached';
  if (stage.state === 'stopped') return 'the run ended here';
  if (stage.state === 'running' && stage.total !== null && stage.total > 1)
    return `${countText(stage.done)} of ${countText(stage.total)} steps`;
  if (stage.stage === 'snapshot' && snapshot !== null) return countedText(snapshot.rowCount, 'row');
  return stage.state === 'running' ? 'running' : timeText(stage);
}

function spoken(stages: readonly StageFacts[]): string {
  return stages.map(({ stage, state }) => `${stage} ${state}`).join(', ');
}
