import type { ReactNode } from 'react';
import { reachableFrom } from './reachable.ts';

/** A link to Temporal's own pages; `otherwise` where there are none for whoever looks at this. */
export function TemporalPages({
  address,
  otherwise = null,
  children,
}: {
  address: string | null;
  otherwise?: ReactNode;
  children: ReactNode;
}) {
  const reachable = reachableFrom(location.hostname, address);
  if (reachable === null) return otherwise;
  return (
    <span className="small">
      <a href={reachable} target="_blank" rel="noreferrer">
        {children}
      </a>
    </span>
  );
}
