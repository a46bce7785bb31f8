import type { ReactNode } from 'react';
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
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="listed">
        <thead>
          <tr>
            <th>when</th>
            <th>who</th>
            <th>did</th>
            <th>{what}</th>
            <th>because</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.key}>
              <td className="nowrap" data-label="when">
                {momentText(change.at)}
              </td>
              <td data-label="who">{change.actor}</td>
              <td className="name" data-label="did">
                {change.did}
              </td>
              <td className="name" data-label={what}>
                {change.what}
              </td>
              <td className="name" data-label="because">
                {change.reason}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
