import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { EndpointKey } from '../../contract/api.ts';
import { AskingDialog } from './asking-dialog.tsx';
import { WhyField } from './why-field.tsx';

type Asking = {
  readonly title: string;
  /** On the button that does it. */
  readonly act: string;
  /** Below the field that asks why. */
  readonly hint: string;
  /** Told to others, and so not left out. */
  readonly isWhyRequired?: boolean;
  readonly change: (reason: string | undefined) => Promise<unknown>;
  /** Questions whose answers are others afterwards. */
  readonly changes: readonly EndpointKey[];
  /** What will happen. */
  readonly children: ReactNode;
};

/** A button that asks first: what will happen, and why it is wanted. Its dialog exists only while it is open. */
export function AskingButton({
  label,
  name,
  className = 'button',
  ...asking
}: Asking & {
  readonly label: string;
  /** What a screen reader calls it, where the label says too little by itself. */
  readonly name?: string;
  readonly className?: string;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className={className}
        {...(name === undefined ? {} : { 'aria-label': name })}
        onClick={() => setOpen(true)}
      >
        {label}
      </button>
      {isOpen ? <Question {...asking} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function Question({
  title,
  act,
  hint,
  isWhyRequired = false,
  change,
  changes,
  onClose,
  children,
}: Asking & { readonly onClose: () => void }) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  useEffect(() => dialog.current?.showModal(), []);
  const mutation = useMutation({
    mutationFn: () => change(reason.trim() || undefined),
    onSuccess: () => dialog.current?.close(),
    onSettled: async () => {
      for (const key of changes) await client.invalidateQueries({ queryKey: [key] });
    },
  });
  return (
    <AskingDialog
      dialog={dialog}
      title={title}
      act={act}
      leave="Leave it"
      isBusy={mutation.isPending}
      problem={mutation.error}
      onAct={() => mutation.mutate()}
      onClose={onClose}
    >
      {children}
      <WhyField
        id={id}
        value={reason}
        onChange={setReason}
        hint={hint}
        isRequired={isWhyRequired}
      />
    </AskingDialog>
  );
}
