import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { RunDetail } from '../../api/answers.ts';
import { question } from '../../api/queries.ts';
import { momentText } from '../../parts/moments.ts';
import { PageHead } from '../../parts/page.tsx';
import { Answered } from '../../parts/states.tsx';
import { Changes } from './changes.tsx';
import { ComparedScores } from './compared-scores.tsx';

/** Two runs side by side: what was asked differently, and what came out of it. */
export function ComparePage() {
  const { a, b } = useSearch({ from: '/compare' });
  const first = useQuery(question('GET /runs/{run}', { params: { run: a } }));
  const second = useQuery(question('GET /runs/{run}', { params: { run: b } }));
  return (
    <Answered query={first} wait="the first run">
      {(before) => (
        <Answered query={second} wait="the second run">
          {(after) => (
            <>
              <Head before={before} after={after} />
              <Changes before={before} after={after} />
              <ComparedScores before={before} after={after} />
            </>
          )}
        </Answered>
      )}
    </Answered>
  );
}

function Head({ before, after }: { before: RunDetail; after: RunDetail }) {
  return (
    <PageHead title="Two runs" crumbs={<Link to="/">Runs</Link>}>
      <p className="soft">
        A: <RunLink run={before} />
        <br />
        B: <RunLink run={after} />
      </p>
    </PageHead>
  );
}

/** Of an id, its milliseconds: they tell runs of one minute apart, and the command line takes them for the whole. */
const TOLD_APART = 13;

function RunLink({ run }: { run: RunDetail }) {
  return (
    <Link to="/runs/$run/report" params={{ run: run.runId }}>
      {run.experiment}, {momentText(run.createdAt)}, {run.runId.slice(0, TOLD_APART)}…
    </Link>
  );
}
