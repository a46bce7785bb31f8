import { type ReactNode, type RefObject, useId } from 'react';

/** Asks before something is done: what it does, fields where there are some, what went wrong, and the two ways out. */
export function AskingDialog({
  dialog,
  title,
  act,
  leave,
  isBusy,
  problem,
  onAct,
  onClose,
  children,
}: {
  dialog: RefObject<HTMLDialogElement | null>;
  title: string;
  /** On the button that does it. */
  act: string;
  /** On the button that does not. */
  leave: string;
  isBusy: boolean;
  problem: Error | null;
  onAct: () => void;
  onClose?: () => void;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={id} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          onAct();
        }}
      >
        <h2 id={id}>{title}</h2>
        {children}
        {problem === null ? null : (
          <p className="small bad" role="alert">
            {problem.message}
          </p>
        )}
        <div className="row">
          <button type="submit" className="button main" disabled={isBusy}>
            {act}
          </button>
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            {leave}
          </button>
        </div>
      </form>
    </dialog>
  );
}
