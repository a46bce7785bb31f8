import ELK from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';

import type { Link } from './graph-node.ts';

/** Pixels; every node has the same size, so that a graph reads like a table. */
export const NODE = { width: 112, height: 56 } as const;

export type Direction = 'RIGHT' | 'DOWN';
export type Places = ReadonlyMap<string, { readonly x: number; readonly y: number }>;

let elk: InstanceType<typeof ELK> | undefined;

/** Where ELK's layered layout puts every node; computed in a worker of the browser. */
export async function placeNodes(
  ids: readonly string[],
  links: readonly Link[],
  direction: Direction,
): Promise<Places> {
  elk ??= new ELK({ workerFactory: () => new Worker(workerUrl) });
  const placed = await elk.layout({
    id: 'graph',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': direction,
      'elk.spacing.nodeNode': '16',
      'elk.layered.spacing.nodeNodeBetweenLayers': '18',
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
    },
    children: ids.map((id) => ({ id, ...NODE })),
    edges: links.map(({ from, to }, i) => ({ id: String(i), sources: [from], targets: [to] })),
  });
  return new Map((placed.children ?? []).map(({ id, x = 0, y = 0 }) => [id, { x, y }]));
}
