import type { ReactNode } from 'react';

/** What ties a control to its name, its explanation and what is wrong with it. */
type ControlProps = {
  readonly id: string;
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: true;
};

/** One control with its name above, its meaning below, and what is wrong with it where it is wrong. */
export function Field({
  id,
  label,
  hint,
  problem,
  children,
}: {
  id: string;
  label: string;
  hint?: ReactNode;
  problem?: string | undefined;
  children: (props: ControlProps) => ReactNode;
}) {
  const hasHint = hint !== undefined && hint !== '';
  const described = [hasHint ? `${id}-hint` : '', problem === undefined ? '' : `${id}-problem`]
    .filter((name) => name !== '')
    .join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        ...(described === '' ? {} : { 'aria-describedby': described }),
        ...(problem === undefined ? {} : { 'aria-invalid': true }),
      })}
      {hasHint ? (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {problem === undefined ? null : (
        <p className="problem" id={`${id}-problem`} role="alert">
          {hintOf(problem)}
        </p>
      )}
    </div>
  );
}

/** An explanation whose names in backticks are set as code. */
export function hintOf(text: string): ReactNode {
  if (!text.includes('`')) return text;
  return text.split('`').map((part, i) =>
    i % 2 === 1 ? (
      // oxlint-disable-next-line react/no-array-index-key -- the parts of a fixed text
      <code key={i} className="inherit">
        {part}
      </code>
    ) : (
      part
    ),
  );
}
