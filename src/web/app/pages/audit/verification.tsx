import { countedText } from '../../../../report/number-text.ts';
import type { Answer } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { AskedCheck } from '../../parts/asked-check.tsx';
import { momentText } from '../../parts/moments.ts';

type Verified = Extract<Answer<'POST /audit/verifications'>, { readonly state: 'done' }>;

/** Whether the record is as it was written: asked for, since all of it is read. */
export function Verification() {
  return (
    <AskedCheck
      title="Is it as it was written?"
      note="Recomputes every hash of the trail, and of the rows of all runs that it vouches for."
      verb="Verify"
      working="Verifying …"
      check={verify}
      outcome={(verified) => <Outcome verified={verified} />}
    />
  );
}

/** Asks again until there is a verdict: each answer waits some seconds for it. */
async function verify(): Promise<Verified> {
  let found = await ask('POST /audit/verifications', {});
  while (found.state === 'working')
    found = await ask('GET /audit/verifications/{verification}', {
      params: { verification: found.verificationId },
    });
  return found;
}

function Outcome({ verified: { at, verdict } }: { verified: Verified }) {
  const { head, events, rows, unvouched, findings } = verdict;
  const isIntact = findings.length === 0;
  return (
    <div className={isIntact ? 'notice' : 'notice bad'} role="status">
      <p>
        {isIntact ? 'The record is as it was written' : 'The record was touched'}:{' '}
        {countedText(events, 'event')} that vouch for {countedText(rows, 'row')}. Verified on{' '}
        {momentText(at)}.
      </p>
      {findings.length === 0 ? null : (
        <ul className="small">
          {findings.map(({ message }) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      )}
      {unvouched === 0 ? null : (
        <p className="small">{countedText(unvouched, 'run or step')} older than the chain.</p>
      )}
      <p className="small soft anywhere">
        It ends with event {head.seq}, <code>{head.hash}</code>
      </p>
    </div>
  );
}
