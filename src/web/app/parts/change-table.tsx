import type { ReactNode } from 'react';
import { Listed, type ListedColumn } from './listed.tsx';
import { momentText } from './moments.ts';

/** Something that somebody did. */
export type Change = {
  readonly key: string | number;
  readonly at: string;
  readonly actor: ReactNode;
  readonly did: ReactNode;
  readonly what: ReactNode;
  readonly reason: string | null;
};

/** Who did what, when and why. */
export function ChangeTable({
  label,
  what,
  changes,
}: {
  label: string;
  /** What was changed, as the head of its column. */
  what: string;
  changes: readonly Change[];
}) {
  const columns: readonly ListedColumn<Change>[] = [
    { head: 'when', className: 'nowrap', of: ({ at }) => momentText(at) },
    { head: 'who', of: ({ actor }) => actor },
    { head: 'did', className: 'name', of: ({ did }) => did },
    { head: what, className: 'name', of: (change) => change.what },
    { head: 'because', className: 'name', of: ({ reason }) => reason },
  ];
  return <Listed label={label} entries={changes} columns={columns} keyOf={({ key }) => key} />;
}
