import { reasonText, statusText } from '../../../../report/answer.ts';
import { countedText } from '../../../../report/number-text.ts';
import type { ReportFacts } from '../../api/answers.ts';
import { Section } from '../../parts/page.tsx';

/** Which partitions have no model of their own, and why. */
export function Coverage({ facts }: { facts: ReportFacts }) {
  const rows = facts.coverage.filter(({ status }) => status !== 'trained' && status !== 'reused');
  if (rows.length === 0) return null;
  return (
    <Section title="Partitions without a model of their own">
      <ul className="plain-list">
        {rows.map(({ status, reason, count, examples }) => (
          <li key={`${status} ${reason ?? ''}`}>
            <b>{countedText(count, 'partition')}</b> {statusText(status)}
            {reason === null ? '' : ` because ${reasonText(reason)}`}:{' '}
            <span className="soft anywhere">
              {examples.join(', ')}
              {count > examples.length ? ' …' : ''}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
