import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { countedText, percentText } from '../../../../report/number-text.ts';
import { ask } from '../../api/ask.ts';
import { question } from '../../api/queries.ts';
import { momentText } from '../../parts/moments.ts';
import { Section } from '../../parts/page.tsx';
import { ProblemNotice } from '../../parts/states.tsx';
import { DriftTables } from './drift-tables.tsx';
import { answerText, type DriftFound, goesOn, notScoredText } from './drift-words.ts';

/** How soon to ask again, in milliseconds; the server itself waits for some seconds. */
const ASK_AGAIN_MS = 500;

/** Whether the source still gives rows like those that a run was trained on, partition by partition. */
export function DriftSection({ run }: { run: string }) {
  const asked = question('GET /runs/{run}/drift', { params: { run } });
  const client = useQueryClient();
  const latest = useQuery({
    ...asked,
    retry: false,
    refetchInterval: ({ state }) => (goesOn(state) ? ASK_AGAIN_MS : false),
  });
  const begin = useMutation({
    mutationFn: () => ask('POST /runs/{run}/drift', { params: { run }, body: {} }),
    onSuccess: (working) => {
      client.setQueryData(asked.queryKey, working);
      void client.invalidateQueries({ queryKey: asked.queryKey });
    },
  });
  const isWorking = begin.isPending || goesOn(latest);
  const problem = begin.error ?? (isWorking ? null : latest.error);
  return (
    <Section
      title="Drift"
      note="Whether the source has rows like these now: each column of each partition is tested, and the models are scored on new rows that have a label."
      aside={
        <button
          type="button"
          className="button"
          disabled={isWorking}
          onClick={() => begin.mutate()}
        >
          {isWorking ? 'Comparing …' : 'Compare with the source now'}
        </button>
      }
    >
      {problem === null ? null : <ProblemNotice error={problem} />}
      <div role="status" className="stack">
        {latest.data?.state === 'done' ? <Found run={run} found={latest.data} /> : null}
        {latest.data?.state === 'none' && !isWorking ? (
          <p className="soft">Nobody has asked yet.</p>
        ) : null}
      </div>
    </Section>
  );
}

function Found({ run, found }: { run: string; found: DriftFound }) {
  const { drift, askedAt, askedBy } = found;
  const { current, tests, rate, psi, notCompared } = drift;
  const unscored = notScoredText(drift);
  return (
    <>
      <p>
        <b>{answerText(drift)}</b>{' '}
        <span className="soft">
          {countedText(current.rows, 'row')} read on {momentText(askedAt)}, asked for by {askedBy}.
        </span>
      </p>
      <DriftTables key={askedAt} run={run} found={found} />
      <p className="small soft">
        Drifted: a stability index (psi) of {psi} or more, and surer than chance;{' '}
        {countedText(tests, 'test')}, at most {percentText(rate)} of what is named is a false alarm.
        {unscored === null ? '' : ` ${unscored}`}
      </p>
      {notCompared.length === 0 ? null : (
        <details>
          <summary>{countedText(notCompared.length, 'column')} not compared</summary>
          <ul className="small soft plain-list">
            {notCompared.map(({ column, because }) => (
              <li key={column} className="anywhere">
                <b>{column}</b>: {because}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
