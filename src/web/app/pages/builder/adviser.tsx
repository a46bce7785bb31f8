import { useMutation } from '@tanstack/react-query';
import { useId } from 'react';
import type { JsonObject } from '../../../../domain/json.ts';
import { metricName } from '../../../../report/metric-words.ts';
import {
  countedText,
  countText,
  intervalText,
  numberText,
  percentText,
  signedText,
} from '../../../../report/number-text.ts';
import { opinionText } from '../../../../report/opinion-text.ts';
import type { Advice } from '../../api/answers.ts';
import { ask } from '../../api/ask.ts';
import { ProblemNotice } from '../../parts/states.tsx';
import { specForAdvice } from './advice-spec.ts';
import { useBuilder } from './builder-state.tsx';

/** How long to wait before asking again, in milliseconds. */
const ASK_AGAIN_MS = 700;
/** Lines of the table of divisions. */
const SHOWN = 12;

function useAdvice() {
  return useMutation({
    mutationFn: async (spec: JsonObject): Promise<Advice> => {
      let answer = await ask('POST /advice', { body: { spec } });
      while (answer.state !== 'done') {
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
        answer = await ask('GET /advice/{advice}', { params: { advice: answer.adviceId } });
      }
      return answer.advice;
    },
  });
}

/** Which column deserves to divide the table, told by trying them on some of its rows. */
export function Adviser({ onChoose }: { onChoose: (names: readonly string[]) => void }) {
  const { document, preview } = useBuilder();
  const advice = useAdvice();
  const hint = useId();
  const spec = preview === null ? null : specForAdvice(document, preview);
  return (
    <div className="stack tight">
      <div className="row">
        <button
          type="button"
          className="button"
          aria-describedby={hint}
          disabled={spec === null || advice.isPending}
          onClick={() => {
            if (spec !== null) advice.mutate(spec);
          }}
        >
          {advice.isPending ? 'Trying columns …' : 'Ask the adviser'}
        </button>
        <span className="small soft" id={hint}>
          {spec === null
            ? 'It needs a table and a column to predict.'
            : 'It tries columns on some of the rows with cheap models; nothing is written.'}
        </span>
      </div>
      {advice.error === null ? null : <ProblemNotice error={advice.error} />}
      <div role="status">
        {advice.data === undefined ? null : <Opinion advice={advice.data} onChoose={onChoose} />}
      </div>
    </div>
  );
}

function Opinion({
  advice,
  onChoose,
}: {
  advice: Advice;
  onChoose: (names: readonly string[]) => void;
}) {
  const { divisions, rows, sampled, notTried, metric, withoutPartition } = advice;
  const shown = divisions.slice(0, SHOWN);
  return (
    <div className="stack tight">
      <p>
        <b>{opinionText(advice, nameOf)}</b>
      </p>
      {shown.length === 0 ? null : (
        <div
          className="scroll framed low"
          tabIndex={0}
          role="region"
          aria-label="Columns that the adviser tried"
        >
          <table>
            <thead>
              <tr>
                <th>divided by</th>
                <th className="n">gain</th>
                <th className="n">95 % of it</th>
                <th className="n">partitions</th>
                <th className="n">smallest</th>
                <th className="n">rows in too small ones</th>
                <th>
                  <span className="visually-hidden">choose</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((division) => (
                <DivisionLine
                  key={division.by.join('\u0000')}
                  division={division}
                  onChoose={onChoose}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className="small soft">
        Gain: how much better by {metricName(metric)} models of the partitions predict than one
        model of the table, which has {numberText(withoutPartition.score)}. Judged on{' '}
        {sampled < rows ? `${countText(sampled)} of ` : ''}
        {countedText(rows, 'row')} with cheap models.
        {divisions.length > SHOWN ? ` ${countText(divisions.length - SHOWN)} more gain less.` : ''}
      </p>
      {notTried.length === 0 ? null : (
        <details>
          <summary>{countedText(notTried.length, 'column')} not tried</summary>
          <ul className="small soft plain-list">
            {notTried.map(({ column, because }) => (
              <li key={column} className="anywhere">
                <b>{column}</b>: {because}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function DivisionLine({
  division: { by, verdict, lift, interval, score, partitions, smallest, tooSmall },
  onChoose,
}: {
  division: Advice['divisions'][number];
  onChoose: (names: readonly string[]) => void;
}) {
  const name = nameOf(by);
  return (
    <tr className={verdict === 'pays' ? 'best' : ''}>
      <th scope="row" className="name">
        {name}
        {verdict === 'same' ? <div className="tiny soft">no difference between them</div> : null}
      </th>
      <td className="n">{signedText(lift, interval ?? score)}</td>
      <td className="n soft">{intervalText(interval)}</td>
      <td className="n">{countText(partitions)}</td>
      <td className="n">{countText(smallest)}</td>
      <td className="n">{percentText(tooSmall)}</td>
      <td className="n">
        <button type="button" className="link" onClick={() => onChoose(by)}>
          use<span className="visually-hidden"> {name}</span>
        </button>
      </td>
    </tr>
  );
}

function nameOf(by: readonly string[]): string {
  return by.join(' / ');
}
