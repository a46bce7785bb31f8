import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Alias } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { AskingDialog } from '../../parts/asking-dialog.tsx';
import { WhyField } from '../../parts/why-field.tsx';

/** Gives the name back to the run that had it before. */
export function RollBack({ name }: { name: Alias }) {
  const { experiment, alias, etag } = name;
  const dialog = useRef<HTMLDialogElement>(null);
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const rollBack = useMutation({
    mutationFn: () =>
      ask(
        'POST /experiments/{experiment}/aliases/{alias}/rollback',
        { params: { experiment, alias }, body: { reason: reason.trim() || undefined } },
        // What was shown is what is given back.
        { ifMatch: etag },
      ),
    onSuccess: () => {
      setReason('');
      dialog.current?.close();
    },
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: ['GET /aliases'] });
      await client.invalidateQueries({
        queryKey: ['GET /experiments/{experiment}/aliases/{alias}'],
      });
    },
  });
  return (
    <>
      <button type="button" className="button" onClick={() => dialog.current?.showModal()}>
        Give back
      </button>
      <AskingDialog
        dialog={dialog}
        title="Give the name back?"
        act="Give back"
        leave="Leave it"
        isBusy={rollBack.isPending}
        problem={rollBack.error}
        onAct={() => rollBack.mutate()}
      >
        <p>
          <b className="anywhere">{`${experiment}@${alias}`}</b> stands for the run that had the
          name before; nothing is deleted.
        </p>
        <WhyField id={`rollback-${experiment}-${alias}`} value={reason} onChange={setReason} />
      </AskingDialog>
    </>
  );
}
