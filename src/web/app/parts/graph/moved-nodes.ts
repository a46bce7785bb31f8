import { useCallback, useMemo, useState } from 'react';
import type { Places } from './layout.ts';

type Place = { readonly x: number; readonly y: number };

/** Where someone has put nodes, by their ids; the others stand where the layout puts them. */
export type MovedNodes = {
  readonly places: Places;
  /** `isOver`: it was let go, and is kept. */
  readonly move: (id: string, place: Place, isOver: boolean) => void;
  /** All stand where the layout puts them. */
  readonly tidy: () => void;
};

/** Kept in this browser only, under a name; without a name nothing is moved. */
export function useMovedNodes(name: string | undefined): MovedNodes {
  const key = `partita-places ${name ?? ''}`;
  const [state, setState] = useState<{ readonly key: string; readonly places: Places }>();
  const kept = useMemo(() => (name === undefined ? NOWHERE : readPlaces(key)), [name, key]);
  const places = state?.key === key && name !== undefined ? state.places : kept;
  const move = useCallback(
    (id: string, place: Place, isOver: boolean) =>
      setState((before) => {
        const known = before?.key === key ? before.places : readPlaces(key);
        const next = new Map(known).set(id, place);
        if (isOver) localStorage.setItem(key, JSON.stringify([...next]));
        return { key, places: next };
      }),
    [key],
  );
  const tidy = useCallback(() => {
    localStorage.removeItem(key);
    setState({ key, places: NOWHERE });
  }, [key]);
  return { places, move, tidy };
}

const NOWHERE: Places = new Map();

/** What someone else has written there is passed over. */
function readPlaces(key: string): Places {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? '[]') as unknown;
    return new Map(Array.isArray(kept) ? kept.filter(isPlaced) : []);
  } catch {
    return NOWHERE;
  }
}

function isPlaced(entry: unknown): entry is [string, Place] {
  if (!Array.isArray(entry)) return false;
  const [id, place] = entry as [unknown, Partial<Place> | null];
  return typeof id === 'string' && Number.isFinite(place?.x) && Number.isFinite(place?.y);
}
