import { percentText } from '../../../../report/number-text.ts';
import type { ReportFacts } from '../../api/answers.ts';
import { Bars } from '../../charts/bars.tsx';
import { Section } from '../../parts/page.tsx';

/** How surely the selection of columns says the same everywhere; nothing where there was none. */
export function SelectedColumns({ facts: { stability, spec } }: { facts: ReportFacts }) {
  const kept = stability.filter(({ share }) => share > 0);
  if (kept.length === 0 || spec.features.select.method === 'none') return null;
  return (
    <Section title="Selected columns" id="columns">
      <Bars
        caption="How stable the selection is: the share of folds that kept a column, over all partitions."
        bars={kept.map(({ column, share }) => ({
          name: column,
          value: share,
          text: percentText(share),
        }))}
      />
    </Section>
  );
}
