import { countedText, countText } from '../../../../report/number-text.ts';
import type { Answer } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { AskedCheck } from '../../parts/asked-check.tsx';
import { momentText } from '../../parts/moments.ts';

type Checked = Extract<Answer<'POST /doctor/integrity'>, { readonly state: 'done' }>;

/** Whether the rows of the record fit each other: asked for, since all of it is read. */
export function Integrity() {
  return (
    <AskedCheck
      title="Is the record sound?"
      note="Whether its rows fit each other, and the files that they count on are there. All of it is read."
      verb="Check"
      working="Checking …"
      check={checked}
      outcome={(found) => <Outcome found={found} />}
    />
  );
}

/** Asks again until it is known: each answer waits some seconds for it. */
async function checked(): Promise<Checked> {
  let found = await ask('POST /doctor/integrity', {});
  while (found.state === 'working')
    found = await ask('GET /doctor/integrity/{check}', { params: { check: found.checkId } });
  return found;
}

function Outcome({ found: { at, checked: names, broken } }: { found: Checked }) {
  const looked = countedText(names.length, 'invariant');
  return (
    <div className={broken.length === 0 ? 'notice' : 'notice bad'} role="status">
      <p>
        {broken.length === 0
          ? `The record is sound: ${looked} hold.`
          : `The record is not sound: ${broken.length} of ${looked} do not hold.`}{' '}
        Checked on {momentText(at)}.
      </p>
      {broken.map(({ name, what, count, offenders, remedy }) => (
        <div key={name}>
          <p className="anywhere">
            {countText(count)} {what} <span className="soft small">({name})</span>
          </p>
          <ul className="small">
            {offenders.map((offender) => (
              <li key={offender} className="anywhere">
                {offender}
              </li>
            ))}
            {count > offenders.length ? (
              <li>and {countText(count - offenders.length)} more</li>
            ) : null}
          </ul>
          <p className="small soft">{remedy}</p>
        </div>
      ))}
    </div>
  );
}
