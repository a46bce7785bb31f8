import {
  Background,
  Handle,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
} from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import './graph.css';
import { useEffect, useMemo, useRef, useState } from 'react';
import { type Direction, type Link, NODE, type Places, placeNodes } from './layout.ts';

/** How a node looks: its stand, or whose it is. */
export type NodeTone = 'waiting' | 'running' | 'done' | 'failed' | 'own' | 'global' | 'plain';

export type GraphNode = {
  readonly id: string;
  readonly title: string;
  /** A second, quieter line. */
  readonly note: string;
  readonly tone: NodeTone;
};

type Shown = Node<GraphNode & { readonly direction: Direction }>;

/**
 * A graph laid out in layers, to be looked at: what it says stands beside it as a table too. Flows to the right where
 * there is room, down on a narrow screen.
 */
export function Graph({
  nodes,
  links,
  label,
}: {
  nodes: readonly GraphNode[];
  links: readonly Link[];
  label: string;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const direction = useDirection(frame);
  const places = usePlaces(nodes, links, direction);
  const shown = useMemo(
    () => nodes.flatMap((node) => place(node, places, direction)),
    [nodes, places, direction],
  );
  const edges = useMemo(
    () => links.map(({ from, to }) => ({ id: `${from}→${to}`, source: from, target: to })),
    [links],
  );
  const size = extentOf(places);
  return (
    <div ref={frame} className="graph" role="img" aria-label={label}>
      <div
        className="graph-canvas"
        style={{ aspectRatio: `${size.width} / ${size.height}`, maxWidth: size.width }}
      >
        {places === null ? null : (
          <ReactFlowProvider key={`${direction} ${places.size}`}>
            <ReactFlow
              nodes={shown}
              edges={edges}
              nodeTypes={NODE_TYPES}
              fitView
              fitViewOptions={{ padding: 0.01 }}
              minZoom={0.05}
              nodesDraggable={false}
              nodesConnectable={false}
              nodesFocusable={false}
              edgesFocusable={false}
              elementsSelectable={false}
              panOnDrag={false}
              zoomOnScroll={false}
              zoomOnPinch={false}
              zoomOnDoubleClick={false}
              preventScrolling={false}
              proOptions={{ hideAttribution: true }}
            >
              <Background color="transparent" />
            </ReactFlow>
          </ReactFlowProvider>
        )}
      </div>
    </div>
  );
}

function StageNode({ data }: NodeProps<Shown>) {
  const isDown = data.direction === 'DOWN';
  return (
    <div className={`graph-node ${data.tone}`} style={NODE}>
      <Handle type="target" position={isDown ? Position.Top : Position.Left} />
      <b>{data.title}</b>
      <span>{data.note}</span>
      <Handle type="source" position={isDown ? Position.Bottom : Position.Right} />
    </div>
  );
}

const NODE_TYPES = { stage: StageNode };

function place(node: GraphNode, places: Places | null, direction: Direction): Shown[] {
  const position = places?.get(node.id);
  return position === undefined
    ? []
    : [{ id: node.id, type: 'stage', position, data: { ...node, direction }, ...NODE }];
}

/** A new layout only where the shape changes: states change every second. */
function usePlaces(
  nodes: readonly GraphNode[],
  links: readonly Link[],
  direction: Direction,
): Places | null {
  const [places, setPlaces] = useState<Places | null>(null);
  const shape = JSON.stringify([nodes.map(({ id }) => id), links, direction]);
  useEffect(() => {
    let isCurrent = true;
    const [ids, edges, way] = JSON.parse(shape) as [string[], Link[], Direction];
    void placeNodes(ids, edges, way).then((found) => {
      if (isCurrent) setPlaces(found);
    });
    return () => {
      isCurrent = false;
    };
  }, [shape]);
  return places;
}

const NARROW = 640;

function useDirection(frame: React.RefObject<HTMLDivElement | null>): Direction {
  const [direction, setDirection] = useState<Direction>('RIGHT');
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) =>
      setDirection((entry?.contentRect.width ?? NARROW) < NARROW ? 'DOWN' : 'RIGHT'),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  return direction;
}

function extentOf(places: Places | null): { readonly width: number; readonly height: number } {
  if (places === null) return { width: 1000, height: NODE.height };
  const all = [...places.values()];
  return {
    width: Math.max(...all.map(({ x }) => x)) + NODE.width + 24,
    height: Math.max(...all.map(({ y }) => y)) + NODE.height + 24,
  };
}
