import { useQuery } from '@tanstack/react-query';
import type { Answer } from '../../api/answers.ts';
import { question } from '../../api/queries.ts';
import { Section } from '../../parts/page.tsx';
import { Answered } from '../../parts/states.tsx';

type Finding = Answer<'GET /doctor'>['findings'][number];

const LEVELS: { readonly [level in Finding['level']]: { word: string; tone: string } } = {
  ok: { word: 'fine', tone: 'good' },
  warning: { word: 'not all of it', tone: 'global' },
  problem: { word: 'missing', tone: 'bad' },
};

/** What this machine has of what is needed, and what to do about the rest. */
export function Doctor() {
  const query = useQuery({ ...question('GET /doctor', {}), staleTime: 60_000 });
  return (
    <Section
      title="This machine"
      note="What is needed, what was found, and what to do about the rest; partita doctor says the same."
      aside={
        <button
          type="button"
          className="button"
          disabled={query.isFetching}
          onClick={() => void query.refetch()}
        >
          {query.isFetching ? 'Looking …' : 'Look again'}
        </button>
      }
    >
      <Answered query={query} wait="what this machine has">
        {({ healthy, findings }) => (
          <>
            <p>
              {healthy
                ? 'Everything that is needed is there.'
                : 'Something is missing without which nothing runs.'}
            </p>
            <div className="scroll" tabIndex={0} role="region" aria-label="What was found">
              <table>
                <thead>
                  <tr>
                    <th>needed</th>
                    <th>is</th>
                    <th>found</th>
                  </tr>
                </thead>
                <tbody>
                  {findings.map((finding) => (
                    <Line key={finding.name} finding={finding} />
                  ))}
                </tbody>
              </table>
            </div>
          </>
        )}
      </Answered>
    </Section>
  );
}

function Line({ finding: { name, level, found, remedy } }: { finding: Finding }) {
  const { word, tone } = LEVELS[level];
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <span className={`pill ${tone}`}>{word}</span>
      </td>
      <td className="anywhere">
        {found}
        {remedy === null ? null : <div className="small soft">{remedy}</div>}
      </td>
    </tr>
  );
}
