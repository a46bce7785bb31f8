import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Section } from './page.tsx';
import { ProblemNotice } from './states.tsx';

type AskedCheckProps<Found> = {
  readonly title: string;
  readonly note: string;
  /** On the button, before and while it is looked at. */
  readonly verb: string;
  readonly working: string;
  readonly check: () => Promise<Found>;
  readonly outcome: (found: Found) => ReactNode;
};

/** What is looked at when somebody asks for it only, since all of the record is read. */
export function AskedCheck<Found>({
  title,
  note,
  verb,
  working,
  check,
  outcome,
}: AskedCheckProps<Found>) {
  const asked = useMutation({ mutationFn: check });
  return (
    <Section
      title={title}
      note={note}
      aside={
        <button
          type="button"
          className="button"
          disabled={asked.isPending}
          onClick={() => asked.mutate()}
        >
          {asked.isPending ? working : verb}
        </button>
      }
    >
      {asked.error === null ? null : <ProblemNotice error={asked.error} />}
      {asked.data === undefined ? null : outcome(asked.data)}
    </Section>
  );
}
