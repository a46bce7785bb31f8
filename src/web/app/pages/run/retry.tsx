import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import type { Again } from '../../../../domain/run.ts';
import { countedText, countText } from '../../../../report/number-text.ts';
import type { RunDetail } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { question } from '../../api/queries.ts';
import { randomKey } from '../../api/random-key.ts';
import { AskingDialog } from '../../parts/asking-dialog.tsx';
import { Field } from '../../parts/field.tsx';

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
      <button type="button" className="button" onClick={() => dialog.current?.showModal()}>
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
      >
        <p>
          A new run on the rows that this one read. What is fitted already is taken over, unless the
          code has changed since. <Left run={run.runId} />
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
      </AskingDialog>
    </>
  );
}

/** How much there is to go on with. */
function Left({ run }: { run: string }) {
  const { data } = useQuery(question('GET /runs/{run}/partition-counts', { params: { run } }));
  if (data === undefined) return null;
  const { failed = 0, waiting = 0 } = data.states;
  if (data.total === 0) return <>This one had not read its source: it is read now.</>;
  return (
    <>
      Of {countedText(data.total, 'partition')} {countText(failed)} failed, and {countText(waiting)}{' '}
      were not reached.
    </>
  );
}

/** Which run it goes on with; nothing for a run that began by itself. */
export function RetryOf({ run: { runId, origin } }: { run: RunDetail }) {
  if (origin?.mode !== 'retry') return null;
  return (
    <p className="soft">
      Goes on where{' '}
      <Link to="/compare" search={{ a: origin.runId, b: runId }}>
        an earlier run
      </Link>{' '}
      ended.
    </p>
  );
}
