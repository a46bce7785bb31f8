import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { countedText } from '../../../../report/number-text.ts';
import type { RunDetail } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { question } from '../../api/queries.ts';
import { randomKey } from '../../api/random-key.ts';
import { AskingDialog } from '../../parts/asking-dialog.tsx';
import { ProblemNotice } from '../../parts/states.tsx';

/** Runs the same again on the bytes that the run read. */
export function Reproduce({ run }: { run: RunDetail }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const navigate = useNavigate();
  // Pressed twice, it is still one run; after it was left and come back to, another.
  const [idempotencyKey] = useState(randomKey);
  const reproduce = useMutation({
    mutationFn: () =>
      ask(
        'POST /runs/{run}/reproduce',
        { params: { run: run.runId }, body: {} },
        { idempotencyKey },
      ),
    onSuccess: ({ runId }) => {
      dialog.current?.close();
      void navigate({ to: '/runs/$run', params: { run: runId } });
    },
  });
  return (
    <>
      <button type="button" className="button" onClick={() => dialog.current?.showModal()}>
        Reproduce
      </button>
      <AskingDialog
        dialog={dialog}
        title="Run the same again?"
        act="Run it again"
        leave="Leave it"
        isBusy={reproduce.isPending}
        problem={reproduce.error}
        onAct={() => reproduce.mutate()}
      >
        <p>
          On the very rows that this run read, with nothing taken over. Afterwards every step is
          compared with this run: equal data, spec, seed and code give equal models, byte for byte.
        </p>
      </AskingDialog>
    </>
  );
}

/** How a run that was started so came out; nothing for any other run. */
export function ReproductionOutcome({ run, isOver }: { run: RunDetail; isOver: boolean }) {
  const isOne = run.origin?.mode === 'reproduce';
  const outcome = useQuery({
    ...question('GET /runs/{run}/reproduction', { params: { run: run.runId } }),
    enabled: isOne && isOver,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (run.origin === null || !isOne) return null;
  return (
    <div className="soft">
      Repeats{' '}
      <Link to="/compare" search={{ a: run.origin.runId, b: run.runId }}>
        an earlier run
      </Link>
      {outcome.data === undefined ? (
        '.'
      ) : (
        <>
          {`: ${outcomeText(outcome.data)} `}
          <PutOnRecord run={run.runId} />
        </>
      )}
    </div>
  );
}

/** Puts the outcome on the cards of the other run's models; to look at it changes nothing. */
function PutOnRecord({ run }: { run: string }) {
  const session = useQuery(question('GET /session', {}));
  const put = useMutation({
    mutationFn: () => ask('POST /runs/{run}/reproduction', { params: { run }, body: {} }),
  });
  if (session.data === undefined || session.data.role === 'viewer') return null;
  if (put.isSuccess) return <span>It stands on the cards of its models.</span>;
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={put.isPending}
        onClick={() => put.mutate()}
      >
        Put it on record
      </button>
      {put.error === null ? null : <ProblemNotice error={put.error} />}
    </>
  );
}

type Outcome = {
  readonly isReproduced: boolean;
  readonly partitions: number;
  readonly cause: string | null;
  readonly first: { readonly stage: string; readonly what: string } | null;
};

function outcomeText({ isReproduced, partitions, cause, first }: Outcome): string {
  if (isReproduced || first === null)
    return `reproduced, ${countedText(partitions, 'partition')} with every step the same.`;
  return `not reproduced, for reason of ${cause ?? 'something unknown'}; the first difference is in ${first.stage}: ${first.what}.`;
}
