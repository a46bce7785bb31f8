/** How a node looks: its stand, or whose it is. */
type NodeTone = 'waiting' | 'running' | 'done' | 'failed' | 'own' | 'global' | 'plain';

export type GraphNode = {
  readonly id: string;
  readonly title: string;
  /** A second, quieter line. */
  readonly note: string;
  readonly tone: NodeTone;
};

export type Link = { readonly from: string; readonly to: string };
