import { useMemo } from 'react';
import { displayPartition, parsePartitionText } from '../../../../domain/partition.ts';
import { countedText, countText } from '../../../../report/number-text.ts';
import type { ModelLineage } from '../../api/answers.ts';
import { Graph } from '../../parts/graph/graph.tsx';
import type { GraphNode, Link } from '../../parts/graph/graph-node.ts';
import { useSourceName } from '../../parts/source-name.tsx';
import { shortDigest } from './digest-text.ts';

/** More partitions than this stand as one node. */
const SHOWN_USES = 6;

type Shape = { readonly nodes: readonly GraphNode[]; readonly links: readonly Link[] };

/** How the model came to be in its newest run, and whom it serves. */
export function LineageGraph({ lineage }: { lineage: ModelLineage }) {
  const source = useSourceName(lineage.makings[0]?.data.source.location ?? '');
  const { nodes, links } = useMemo(() => shapeOf(lineage, source), [lineage, source]);
  return <Graph nodes={nodes} links={links} label={spoken(nodes)} />;
}

function shapeOf(lineage: ModelLineage, source: string): Shape {
  const [making] = lineage.makings;
  if (making === undefined) return { nodes: [], links: [] };
  const { data, code } = making;
  const uses = usesOf(lineage);
  const nodes: readonly GraphNode[] = [
    { id: 'source', title: data.source.kind, note: source, tone: 'plain' },
    { id: 'snapshot', title: 'snapshot', note: shortDigest(data.snapshot), tone: 'done' },
    {
      id: 'rows',
      title: making.scope === 'global' ? 'all rows' : nameOf(making.partition),
      note: countedText(data.rowCount, 'row'),
      tone: 'done',
    },
    { id: 'folds', title: 'folds', note: shortDigest(data.folds), tone: 'done' },
    { id: 'spec', title: 'spec', note: shortDigest(making.spec), tone: 'plain' },
    { id: 'code', title: 'code', note: shortDigest(code.sourceDigest), tone: 'plain' },
    {
      id: 'candidates',
      title: 'candidates',
      note: `${countText(making.candidates.length)} tried`,
      tone: 'done',
    },
    {
      id: 'model',
      title: making.algorithm,
      note: shortDigest(lineage.model),
      tone: making.scope === 'global' ? 'global' : 'own',
    },
    ...uses,
  ];
  const links: readonly Link[] = [
    { from: 'source', to: 'snapshot' },
    { from: 'snapshot', to: 'rows' },
    { from: 'rows', to: 'folds' },
    { from: 'folds', to: 'candidates' },
    { from: 'spec', to: 'candidates' },
    { from: 'code', to: 'candidates' },
    { from: 'candidates', to: 'model' },
    ...uses.map(({ id }) => ({ from: 'model', to: id })),
  ];
  return { nodes, links };
}

/** Partitions of the newest run that it answers for; many of them are one node. */
function usesOf({ makings, uses, useCount }: ModelLineage): readonly GraphNode[] {
  const newest = uses.filter(({ runId }) => runId === makings[0]?.runId);
  if (newest.length > SHOWN_USES)
    return [
      {
        id: 'uses',
        title: `${countText(Math.max(useCount, newest.length))} partitions`,
        note: 'answered by it',
        tone: 'plain',
      },
    ];
  return newest.map(({ partition, status }, i) => ({
    id: `use-${i}`,
    title: nameOf(partition),
    note: status === 'trained' ? 'answered by it' : `answered by it, ${status}`,
    tone: 'plain',
  }));
}

/** What people see: the bare value where the key is one column. */
function nameOf(partition: string): string {
  return displayPartition(parsePartitionText(partition), partition);
}

function spoken(nodes: readonly GraphNode[]): string {
  return `How the model came to be: ${nodes.map(({ title, note }) => `${title}, ${note}`).join('; ')}`;
}
