import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useRef, useState } from 'react';
import { ask } from '../../api/ask.ts';
import { AskingDialog } from '../../parts/asking-dialog.tsx';
import { WhyField } from '../../parts/why-field.tsx';

type Change = 'pause' | 'resume' | 'trigger' | 'delete';

const DIALOGS: {
  readonly [change in Change]: { label: string; title: string; act: string; what: string };
} = {
  trigger: {
    label: 'Run now',
    title: 'Run it now?',
    act: 'Run now',
    what: 'It begins a run at once, beside its times.',
  },
  pause: {
    label: 'Pause',
    title: 'Pause it?',
    act: 'Pause it',
    what: 'It begins no more runs until it is resumed; what goes on is not stopped.',
  },
  resume: {
    label: 'Resume',
    title: 'Resume it?',
    act: 'Resume it',
    what: 'It runs at its times again.',
  },
  delete: {
    label: 'Delete',
    title: 'Delete the schedule?',
    act: 'Delete it',
    what: 'It begins no more runs. Those that it began stay, with their models.',
  },
};

/** What can be done with a schedule. */
export function ScheduleControls({ name, changes }: { name: string; changes: readonly Change[] }) {
  return (
    <div className="row">
      {changes.map((change) => (
        <ChangeButton key={change} name={name} change={change} />
      ))}
    </div>
  );
}

function ChangeButton({ name, change }: { name: string; change: Change }) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const { label, title, act, what } = DIALOGS[change];
  const mutation = useMutation({
    mutationFn: (): Promise<unknown> => askFor(change, name, reason.trim() || undefined),
    onSuccess: () => {
      setReason('');
      dialog.current?.close();
    },
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: ['GET /schedules'] });
      await client.invalidateQueries({ queryKey: ['GET /schedules/{schedule}'] });
    },
  });
  return (
    <>
      <button type="button" className="button" onClick={() => dialog.current?.showModal()}>
        {label}
      </button>
      <AskingDialog
        dialog={dialog}
        title={title}
        act={act}
        leave="Leave it"
        isBusy={mutation.isPending}
        problem={mutation.error}
        onAct={() => mutation.mutate()}
      >
        <p>
          <b className="anywhere">{name}</b>: {what}
        </p>
        <WhyField id={id} value={reason} onChange={setReason} hint="Kept in the audit trail." />
      </AskingDialog>
    </>
  );
}

function askFor(change: Change, schedule: string, reason: string | undefined) {
  const params = { schedule };
  const because = reason === undefined ? {} : { reason };
  return change === 'delete'
    ? ask('DELETE /schedules/{schedule}', { params, query: because })
    : ask(`POST /schedules/{schedule}/${change}`, { params, body: because });
}
