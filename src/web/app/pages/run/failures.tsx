import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { reasonText } from '../../../../report/answer.ts';
import { countedText, countText } from '../../../../report/number-text.ts';
import type { FailureGroup } from '../../api/answers.ts';
import { question } from '../../api/queries.ts';
import { Section } from '../../parts/page.tsx';
import { ProblemNotice } from '../../parts/states.tsx';

/** What went wrong, grouped by why: a thousand equal failures are one line. */
export function Failures({ run }: { run: string }) {
  const { data, error } = useQuery(question('GET /runs/{run}/failures', { params: { run } }));
  if (error !== null) return <ProblemNotice error={error} />;
  if (data === undefined || data.failures.length === 0) return null;
  return (
    <Section
      title="What went wrong"
      note="A partition that can't be trained is a row with a reason; the others go on."
    >
      {data.failures.map((group) => (
        <Group key={group.reason} group={group} run={run} />
      ))}
    </Section>
  );
}

function Group({ group, run }: { group: FailureGroup; run: string }) {
  const { reason, count, messages, partitions } = group;
  return (
    <div className="notice bad">
      <h3>
        {countedText(count, 'partition')}: {reasonText(reason)}
      </h3>
      <ul className="small">
        {messages.map(({ message, count: times }) => (
          <li key={message}>
            {message}
            {times > 1 ? <span className="soft"> ({countText(times)} times)</span> : null}
          </li>
        ))}
      </ul>
      <p className="small row">
        {partitions.map(({ partitionId, text }) => (
          <Link
            key={partitionId}
            to="/runs/$run/partitions/$partition"
            params={{ run, partition: partitionId }}
          >
            {text}
          </Link>
        ))}
        {count > partitions.length ? <span className="soft">and others</span> : null}
      </p>
    </div>
  );
}
