import { useMutation } from '@tanstack/react-query';
import type { ModelCard } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { Section } from '../../parts/page.tsx';
import { ProblemNotice } from '../../parts/states.tsx';
import { type Cells, type Row, RowForm } from '../../parts/what-if/row-form.tsx';
import { Said } from '../../parts/what-if/said.tsx';

/** What if? A row of one's own by this very model, whichever partition the row is of. */
export function WhatIf({ card: { model, target, columns } }: { card: ModelCard }) {
  const predict = useMutation({
    mutationFn: ({ row }: { readonly row: Row; readonly cells: Cells }) =>
      ask('POST /models/{model}/predict', {
        params: { model },
        body: { rows: [row], explain: true },
      }),
  });
  const cells = predict.variables?.cells ?? new Map<string, string>();
  return (
    <Section
      title="What would it say?"
      note="Fill in a row as it may come; an empty cell is a missing value. This model answers, whoever answers for the row’s partition."
      id="what-if"
    >
      <RowForm
        columns={columns}
        act={`Predict ${target}`}
        isBusy={predict.isPending}
        onAsk={predict.mutate}
      />
      {predict.error === null ? null : <ProblemNotice error={predict.error} />}
      {predict.data?.predictions.map((answer) => (
        <Said key="one" answer={answer} target={target} cells={cells} />
      ))}
    </Section>
  );
}
