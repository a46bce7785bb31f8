import { countedText, numberText, signedText, withMinus } from '../../../report/number-text.ts';
import type { Predicted } from '../api/answers.ts';

type Explanation = NonNullable<Predicted['explanation']>;

/** Columns that are shown; what the others add is told in one sum. */
const SHOWN = 10;

const SCALES: { readonly [scale in Explanation['scale']]: string } = {
  value: 'prediction',
  probability: 'probability',
  log_odds: 'log odds',
  log_mean: 'logarithm of the mean',
  score: 'score',
};

/** Which columns moved a prediction, and by how much: to the right it grows by them, to the left it shrinks. */
export function Contributions({
  explanation,
  cellOf,
}: {
  explanation: Explanation;
  /** What the row holds in a column, as text. */
  cellOf: (column: string) => string;
}) {
  const { base, contributions } = explanation;
  const moving = contributions.filter(({ contribution }) => contribution !== 0);
  const shown = moving.slice(0, SHOWN);
  const rest = moving.slice(SHOWN);
  const total = moving.reduce((sum, { contribution }) => sum + contribution, base ?? 0);
  const most = Math.max(1e-12, ...shown.map(({ contribution }) => Math.abs(contribution)));
  const beside = base ?? total;
  return (
    <figure className="bars signed">
      <ul>
        {shown.map(({ column, contribution }) => (
          <li key={column}>
            <span className="anywhere">
              {column} <span className="soft">{typed(cellOf(column))}</span>
            </span>
            <i>
              <b
                className={contribution < 0 ? 'less' : 'more'}
                style={{ width: `${(50 * Math.abs(contribution)) / most}%` }}
              />
            </i>
            <span className="n soft">{signedText(contribution, beside)}</span>
          </li>
        ))}
      </ul>
      <figcaption>
        What moved it: {wordsOf(explanation)} is {numberText(base)} for an average row and{' '}
        {numberText(total, beside)} for this one.
        {rest.length === 0
          ? ''
          : ` ${countedText(rest.length, 'other column')} together: ${signedText(
              rest.reduce((sum, { contribution }) => sum + contribution, 0),
              beside,
            )}.`}
      </figcaption>
    </figure>
  );
}

/** Beside numbers of ours, one that somebody typed has their minus. */
function typed(cell: string): string {
  return Number.isNaN(Number(cell)) ? cell : withMinus(cell);
}

function wordsOf({ scale, class: about }: Explanation): string {
  return about === null ? `the ${SCALES[scale]}` : `the ${SCALES[scale]} of ${about}`;
}
