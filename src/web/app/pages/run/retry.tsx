import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import type { Again } from '../../../../domain/run.ts';
import type { RunDetail } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { randomKey } from '../../api/random-key.ts';
import { AskingDialog } from '../../parts/asking-dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { Answered } from '../../parts/states.tsx';
import { retryOfText, retryText } from './retry-words.ts';

type Which = Again['which'];

const CHOICES: { readonly [which in Which]: string } = {
  failed: 'what failed, and what it never got to',
  missing: 'only what it never got to',
  all: 'everything',
};

/** Goes on where a run ended too early: a new run on the same rows, which takes over what is fitted already. */
export function Retry({ run }: { run: RunDetail }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const navigate = useNavigate();
  const [which, setWhich] = useState<Which>('failed');
  const [isOpen, setIsOpen] = useState(false);
  const plan = usePlan(run.runId, which, isOpen);
  // Pressed twice, it is still one run; after it was left and come back to, another.
  const [idempotencyKey] = useState(randomKey);
  const retry = useMutation({
    mutationFn: () =>
      ask(
        'POST /runs/{run}/retry',
        { params: { run: run.runId }, body: { which } },
        { idempotencyKey },
      ),
    onSuccess: ({ runId }) => {
      dialog.current?.close();
      if (runId !== null) void navigate({ to: '/runs/$run', params: { run: runId } });
    },
  });
  return (
    <>
      <button
        type="button"
        className="button"
        onClick={() => {
          setIsOpen(true);
          dialog.current?.showModal();
        }}
      >
        Retry
      </button>
      <AskingDialog
        dialog={dialog}
        title="Go on where it ended?"
        act="Retry"
        leave="Leave it"
        isBusy={retry.isPending}
        problem={retry.error}
        onAct={() => retry.mutate()}
        onClose={() => setIsOpen(false)}
      >
        <p>
          A new run on the rows that this one read. What is fitted already is taken over, unless the
          code has changed since.
        </p>
        <Field id="retry-which" label="Fit again">
          {(control) => (
            <select
              {...control}
              value={which}
              onChange={({ target }) => setWhich(target.value as Which)}
            >
              {(Object.keys(CHOICES) as Which[]).map((one) => (
                <option key={one} value={one}>
                  {CHOICES[one]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Answered query={plan} wait="what there is to do">
          {(found) => (
            <p className="small" role="status">
              {retryText(found)}
            </p>
          )}
        </Answered>
      </AskingDialog>
    </>
  );
}

/** What would be done, asked of the server anew for each choice. */
function usePlan(run: string, which: Which, isOpen: boolean) {
  return useQuery({
    queryKey: ['plan of a retry', run, which],
    queryFn: ({ signal }) =>
      ask('POST /runs/{run}/retry', { params: { run }, body: { which, dryRun: true } }, { signal }),
    enabled: isOpen,
  });
}

/** Which run it retries, and what of it; nothing for a run that began by itself. */
export function RetryOf({ run: { runId, origin } }: { run: RunDetail }) {
  if (origin === null || origin.again === null) return null;
  const [before, after] = retryOfText(origin.again);
  return (
    <p className="soft">
      {before}
      <Link to="/compare" search={{ a: origin.runId, b: runId }}>
        an earlier run
      </Link>
      {after}
    </p>
  );
}
