import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useId, useRef, useState } from 'react';
import { countedText } from '../../../../report/number-text.ts';
import type { Quarantine } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { question } from '../../api/queries.ts';
import { AskingDialog } from '../asking-dialog.tsx';
import { momentText } from '../moments.ts';
import { WhyField } from '../why-field.tsx';

/** A digest, or a partition of an experiment. */
export type Asked = { readonly what: string; readonly experiment?: string };

/** How something is asked for that is in quarantine. */
export function askedOf({ subject }: Quarantine): Asked {
  return subject.kind === 'partition'
    ? { what: subject.text, experiment: subject.experiment }
    : { what: subject.digest };
}

/** What of these digests is in quarantine now. */
export function useQuarantine(digest: string): Quarantine | undefined {
  const { data } = useQuery(question('GET /quarantines', {}));
  return data?.quarantines.find(
    ({ subject }) => subject.kind !== 'partition' && subject.digest === digest,
  );
}

/** Says that a thing may not answer, since when and why; nothing where it may. */
export function QuarantineNotice({ digest }: { digest: string }) {
  const standing = useQuarantine(digest);
  if (standing === undefined) return null;
  return (
    <div className="notice bad">
      <p>
        In quarantine since {momentText(standing.at)}, by {standing.actor}:{' '}
        <span className="anywhere">{standing.reason}</span>
      </p>
      <div>
        <ReleaseButton asked={{ what: digest }} />
      </div>
    </div>
  );
}

/** Keeps models from answering, after a look at what that reaches. */
export function QuarantineButton({ asked, what }: { asked: Asked; what: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Change
      asked={asked}
      endpoint="POST /quarantines"
      label="Put into quarantine"
      title="Put it into quarantine?"
      hint="Told with every row that is answered otherwise."
      onOpen={() => setOpen(true)}
    >
      <p>
        {what} is not used for an answer any more, until it is released; nothing is deleted.
        {isOpen ? <Reach asked={asked} /> : null}
      </p>
    </Change>
  );
}

export function ReleaseButton({ asked }: { asked: Asked }) {
  return (
    <Change
      asked={asked}
      endpoint="POST /quarantines/release"
      label="Release"
      title="Release it?"
      hint="Kept in the audit trail."
    >
      <p>It may answer again.</p>
    </Change>
  );
}

function Reach({ asked }: { asked: Asked }) {
  const impact = useQuery(question('GET /impact', { query: asked }));
  if (impact.data === undefined) return null;
  const { runs, models, answers } = impact.data.counts;
  return (
    <>
      {' '}
      It reached {countedText(models, 'model')} of {countedText(runs, 'run')}, which answer for{' '}
      {countedText(answers, 'partition')}.
    </>
  );
}

function Change({
  asked,
  endpoint,
  label,
  title,
  hint,
  onOpen,
  children,
}: {
  asked: Asked;
  endpoint: 'POST /quarantines' | 'POST /quarantines/release';
  label: string;
  title: string;
  hint: string;
  onOpen?: () => void;
  children: ReactNode;
}) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const change = useMutation({
    mutationFn: () => ask(endpoint, { body: { ...asked, reason: reason.trim() } }),
    onSuccess: () => {
      setReason('');
      dialog.current?.close();
    },
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: ['GET /quarantines'] });
      await client.invalidateQueries({ queryKey: ['GET /quarantines/changes'] });
      await client.invalidateQueries({ queryKey: ['GET /models/{model}'] });
    },
  });
  return (
    <>
      <button
        type="button"
        className="button"
        onClick={() => {
          onOpen?.();
          dialog.current?.showModal();
        }}
      >
        {label}
      </button>
      <AskingDialog
        dialog={dialog}
        title={title}
        act={label}
        leave="Leave it"
        isBusy={change.isPending}
        problem={change.error}
        onAct={() => change.mutate()}
      >
        {children}
        <WhyField id={id} value={reason} onChange={setReason} hint={hint} isRequired />
      </AskingDialog>
    </>
  );
}
