import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { RunState } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { AskingDialog } from '../../parts/asking-dialog.tsx';

const NOTHING = {};

/** Pause, resume, cancel and how many batches at once; what comes of it arrives with the run's events. */
export function RunControls({ run, state }: { run: string; state: RunState }) {
  const params = { run };
  const pause = useMutation({
    mutationFn: () => ask('POST /runs/{run}/pause', { params, body: NOTHING }),
  });
  const resume = useMutation({
    mutationFn: () => ask('POST /runs/{run}/resume', { params, body: NOTHING }),
  });
  const problem = pause.error ?? resume.error;
  const isBusy = pause.isPending || resume.isPending;
  return (
    <div className="stack tight">
      <div className="row">
        <Concurrency run={run} concurrency={state.concurrency} />
        {state.paused ? (
          <button
            type="button"
            className="button"
            disabled={isBusy}
            onClick={() => resume.mutate()}
          >
            Resume
          </button>
        ) : (
          <button type="button" className="button" disabled={isBusy} onClick={() => pause.mutate()}>
            Pause
          </button>
        )}
        <Cancel run={run} />
      </div>
      {problem === null ? null : (
        <p className="small bad" role="alert">
          {problem.message}
        </p>
      )}
    </div>
  );
}

function Concurrency({ run, concurrency }: { run: string; concurrency: number }) {
  const [wanted, setWanted] = useState<string | null>(null);
  const set = useMutation({
    mutationFn: (count: number) =>
      ask('POST /runs/{run}/set-concurrency', { params: { run }, body: { concurrency: count } }),
    onSuccess: () => setWanted(null),
  });
  const count = Number(wanted);
  const isChanged = wanted !== null && Number.isInteger(count) && count !== concurrency;
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (isChanged) set.mutate(count);
      }}
    >
      <label className="small soft" htmlFor="concurrency">
        Batches at once
      </label>
      <input
        id="concurrency"
        className="short"
        type="number"
        min={1}
        max={200}
        value={wanted ?? concurrency}
        onChange={({ target }) => setWanted(target.value)}
      />
      {isChanged ? (
        <button type="submit" className="button" disabled={set.isPending}>
          Set
        </button>
      ) : null}
      {set.error === null ? null : (
        <p className="small bad" role="alert">
          {set.error.message}
        </p>
      )}
    </form>
  );
}

function Cancel({ run }: { run: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const cancel = useMutation({
    mutationFn: () => ask('POST /runs/{run}/cancel', { params: { run }, body: NOTHING }),
    onSuccess: () => dialog.current?.close(),
  });
  return (
    <>
      <button type="button" className="button bad" onClick={() => dialog.current?.showModal()}>
        Cancel run
      </button>
      <AskingDialog
        dialog={dialog}
        title="Cancel this run?"
        act="Cancel the run"
        leave="Let it go on"
        isBusy={cancel.isPending}
        problem={cancel.error}
        onAct={() => cancel.mutate()}
      >
        <p>Partitions that are finished keep their models and scores; the rest is not trained.</p>
      </AskingDialog>
    </>
  );
}
