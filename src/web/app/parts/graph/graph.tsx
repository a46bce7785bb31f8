import {
  Background,
  Handle,
  type Node,
  type NodeChange,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
} from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import './graph.css';
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { GraphNode, Link } from './graph-node.ts';
import { type Direction, NODE, type Places, placeNodes } from './layout.ts';
import { useMovedNodes } from './moved-nodes.ts';

/** Where nodes can be chosen: which one is, and what choosing does. */
export type Choosing = {
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
};

type Shown = Node<GraphNode & { readonly direction: Direction; readonly choosing?: Choosing }>;

/**
 * A graph laid out in layers, to be looked at: what it says stands beside it as a table too. With `choosing`, each node is
 * a button. With `movedAs`, nodes can be moved, and stay there in this browser under that name. Flows to the right where
 * there is room, else down. On a narrow screen a finger on a node scrolls the page and moves nothing.
 */
export function Graph({
  nodes,
  links,
  label,
  choosing,
  movedAs,
}: {
  nodes: readonly GraphNode[];
  links: readonly Link[];
  label: string;
  choosing?: Choosing;
  movedAs?: string;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const direction = useDirection(frame);
  const layout = useLayout(nodes, links, direction);
  const isRoomy = useRoomyScreen();
  const isMovable = movedAs !== undefined && layout !== null && isRoomy;
  const movedIn = isMovable ? `${movedAs} ${layout.direction}` : undefined;
  const { places: moved, tidy, onNodesChange } = useDragging(movedIn);
  const shown = useMemo(
    () => nodes.flatMap((node) => place(node, layout, { moved, choosing })),
    [nodes, layout, moved, choosing],
  );
  const edges = useMemo(
    () => links.map(({ from, to }) => ({ id: `${from}→${to}`, source: from, target: to })),
    [links],
  );
  const size = extentOf(layout?.places ?? null, isMovable ? ROOM : 0);
  return (
    <div ref={frame} className="graph" role={choosing ? 'group' : 'img'} aria-label={label}>
      <div
        className="graph-canvas"
        style={{ aspectRatio: `${size.width} / ${size.height}`, maxWidth: size.width }}
      >
        {layout === null ? null : (
          <ReactFlowProvider key={`${layout.direction} ${layout.places.size}`}>
            <ReactFlow
              nodes={shown}
              edges={edges}
              nodeTypes={NODE_TYPES}
              fitView
              fitViewOptions={FIT}
              minZoom={0.05}
              nodesDraggable={isMovable}
              {...(isMovable && { onNodesChange, nodeExtent: boundsOf(size) })}
              nodesConnectable={false}
              nodesFocusable={false}
              edgesFocusable={false}
              elementsSelectable={false}
              panOnDrag={false}
              autoPanOnNodeDrag={false}
              zoomOnScroll={false}
              zoomOnPinch={false}
              zoomOnDoubleClick={false}
              preventScrolling={false}
              proOptions={{ hideAttribution: true }}
            >
              <Background color="transparent" />
              <Fitted />
            </ReactFlow>
          </ReactFlowProvider>
        )}
      </div>
      {moved.size === 0 ? null : (
        <button type="button" className="button quiet" onClick={tidy}>
          Tidy up
        </button>
      )}
    </div>
  );
}

/** Where nodes were put under a name, and what puts them elsewhere. */
function useDragging(name: string | undefined) {
  const { places, move, tidy } = useMovedNodes(name);
  const onNodesChange = useCallback(
    (changes: readonly NodeChange[]) => {
      for (const change of changes)
        if (change.type === 'position' && change.position !== undefined)
          move(change.id, change.position, change.dragging !== true);
    },
    [move],
  );
  return { places, tidy, onNodesChange };
}

function StageNode({ data }: NodeProps<Shown>) {
  const isDown = data.direction === 'DOWN';
  return (
    <>
      <Handle type="target" position={isDown ? Position.Top : Position.Left} />
      <Face {...data} />
      <Handle type="source" position={isDown ? Position.Bottom : Position.Right} />
    </>
  );
}

function Face({ id, title, note, tone, choosing }: Shown['data']) {
  const words = (
    <>
      <b>{title}</b>
      <span>{note}</span>
    </>
  );
  if (choosing === undefined)
    return (
      <div className={`graph-node ${tone}`} style={NODE} title={`${title}: ${note}`}>
        {words}
      </div>
    );
  return (
    <button
      type="button"
      className={`graph-node ${tone}`}
      style={NODE}
      aria-pressed={choosing.chosen === id}
      title={`${title}: ${note}`}
      onClick={() => choosing.onChoose(id)}
    >
      {words}
    </button>
  );
}

const NODE_TYPES = { stage: StageNode };

function place(
  node: GraphNode,
  layout: Layout | null,
  { moved, choosing }: { readonly moved: Places; readonly choosing: Choosing | undefined },
): readonly Shown[] {
  const position = moved.get(node.id) ?? layout?.places.get(node.id);
  if (layout === null || position === undefined) return [];
  const { direction } = layout;
  const data = { ...node, direction, ...(choosing === undefined ? {} : { choosing }) };
  return [{ id: node.id, type: 'stage', position, data, ...NODE }];
}

const FIT = { padding: 0.01, maxZoom: 1 };
/** Pixels below the layout, where nodes can be moved to. */
const ROOM = NODE.height;

/** Keeps the whole graph in its frame when the frame changes. */
function Fitted() {
  const { fitView } = useReactFlow();
  const size = useStore(({ width, height }) => `${width} ${height}`);
  useEffect(() => {
    if (size !== '0 0') void fitView(FIT);
  }, [size, fitView]);
  return null;
}

/** Where the nodes are, and which way they flow. */
type Layout = { readonly places: Places; readonly direction: Direction };

/** A new layout only where the shape changes: states change every second. */
function useLayout(
  nodes: readonly GraphNode[],
  links: readonly Link[],
  direction: Direction,
): Layout | null {
  const [layout, setLayout] = useState<Layout | null>(null);
  const shape = JSON.stringify([nodes.map(({ id }) => id), links, direction]);
  useEffect(() => {
    let isCurrent = true;
    const [ids, edges, way] = JSON.parse(shape) as [string[], Link[], Direction];
    void placeNodes(ids, edges, way).then((places) => {
      if (isCurrent) setLayout({ places, direction: way });
    });
    return () => {
      isCurrent = false;
    };
  }, [shape]);
  return layout;
}

const NARROW = 640;

const ROOMY = `(min-width: ${NARROW + 1}px)`;

function useRoomyScreen(): boolean {
  return useSyncExternalStore(onResize, () => matchMedia(ROOMY).matches);
}

function onResize(tell: () => void): () => void {
  const roomy = matchMedia(ROOMY);
  roomy.addEventListener('change', tell);
  return () => roomy.removeEventListener('change', tell);
}

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

type Size = { readonly width: number; readonly height: number };

function extentOf(places: Places | null, room: number): Size {
  if (places === null) return { width: 1000, height: NODE.height + room };
  const all = [...places.values()];
  return {
    width: Math.max(...all.map(({ x }) => x)) + NODE.width + 24,
    height: Math.max(...all.map(({ y }) => y)) + NODE.height + 24 + room,
  };
}

/** Nodes stay in the frame. */
function boundsOf({ width, height }: Size): [[number, number], [number, number]] {
  return [
    [0, 0],
    [width, height],
  ];
}
