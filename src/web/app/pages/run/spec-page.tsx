import { useQuery } from '@tanstack/react-query';
import { asJson } from '../../../../domain/json.ts';
import { question } from '../../api/queries.ts';
import { Section } from '../../parts/page.tsx';
import { Answered } from '../../parts/states.tsx';
import { useCurrentRun } from './run-frame.tsx';

/** What was asked for, and what identifies it. */
export function SpecPage() {
  const { run } = useCurrentRun();
  const query = useQuery(question('POST /specs/yaml', { body: { spec: asJson(run.spec) } }));
  return (
    <Section
      title="The experiment as it ran"
      note="Every default is filled in; all candidates are written out."
    >
      <Answered query={query} wait="the spec">
        {({ content }) => (
          <pre className="code" tabIndex={0}>
            {content}
          </pre>
        )}
      </Answered>
      <dl className="facts">
        <dt>run</dt>
        <dd className="mono">{run.runId}</dd>
        <dt>spec</dt>
        <dd className="mono">{run.specDigest}</dd>
        <dt>snapshot</dt>
        <dd className="mono">{run.snapshot?.digest ?? '–'}</dd>
        <dt>seed</dt>
        <dd className="mono">{run.spec.seed}</dd>
      </dl>
    </Section>
  );
}
