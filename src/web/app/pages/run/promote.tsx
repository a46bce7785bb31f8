import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import type { RunDetail } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { question } from '../../api/queries.ts';
import { AskingDialog } from '../../parts/asking-dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { WhyField } from '../../parts/why-field.tsx';

const FIRST_NAME = 'champion';

/** Of its experiment, which has a few. */
function namesOf({ experiment }: RunDetail) {
  return question('GET /aliases', { query: { experiment, limit: 500 } });
}

/** The names that the run's model set answers to. */
export function NamesOfRun({ run }: { run: RunDetail }) {
  const { data } = useQuery(namesOf(run));
  const names = data?.aliases.filter(({ runId }) => runId === run.runId) ?? [];
  if (names.length === 0) return null;
  return (
    <p className="soft">
      In use as{' '}
      <Link to="/in-use" className="anywhere">
        {names.map(({ alias }) => alias).join(', ')}
      </Link>
      .
    </p>
  );
}

/** Lets the run's model set answer to a name of its experiment. */
export function Promote({ run }: { run: RunDetail }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const client = useQueryClient();
  const [alias, setAlias] = useState(FIRST_NAME);
  const [reason, setReason] = useState('');
  const { data } = useQuery(namesOf(run));
  const holder = data?.aliases.find((one) => one.alias === alias);
  const promote = useMutation({
    mutationFn: () =>
      ask(
        'POST /runs/{run}/promote',
        {
          params: { run: run.runId },
          body: {
            alias,
            reason: reason.trim() || undefined,
            expected: holder === undefined ? null : undefined,
          },
        },
        // What was shown is what is replaced: whoever was faster is told.
        { ifMatch: holder?.etag },
      ),
    onSuccess: () => {
      setReason('');
      dialog.current?.close();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['GET /aliases'] }),
  });
  return (
    <>
      <button type="button" className="button" onClick={() => dialog.current?.showModal()}>
        Put into use
      </button>
      <AskingDialog
        dialog={dialog}
        title="Put these models into use?"
        act="Put into use"
        leave="Leave it"
        isBusy={promote.isPending || holder?.runId === run.runId}
        problem={promote.error}
        onAct={() => promote.mutate()}
      >
        <p>
          Whoever asks for <b className="anywhere">{`${run.experiment}@${alias}`}</b> is answered by
          this run from then on. {wordOf(holder, run)}
        </p>
        <Field
          id="promote-alias"
          label="Name"
          hint="Small letters, digits, - and _; champion is the usual one."
        >
          {(control) => (
            <input
              {...control}
              required
              pattern="[a-z][a-z0-9_\-]{0,63}"
              value={alias}
              onChange={({ target }) => setAlias(target.value)}
            />
          )}
        </Field>
        <WhyField id="promote-reason" value={reason} onChange={setReason} />
      </AskingDialog>
    </>
  );
}

function wordOf(holder: { readonly runId: string } | undefined, run: RunDetail): string {
  if (holder === undefined) return 'Nothing has that name yet.';
  return holder.runId === run.runId
    ? 'It is so already.'
    : 'Another run has the name now; it can be given back.';
}
