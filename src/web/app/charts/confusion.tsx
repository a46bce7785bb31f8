import { countText, percentText } from '../../../report/number-text.ts';

/** A matrix of more classes would be a carpet. */
const DRAWN_CLASSES = 12;
/** Up to this share a cell is light enough for dark text, beyond it dark enough for light text (contrast 4.5). */
const LIGHT_SHARE = 0.5;

/** What it was (down) and what the model said (across); the darker, the larger the share of the true class. */
export function Confusion({
  matrix,
  classes,
  rows,
}: {
  matrix: readonly (readonly number[])[];
  classes: readonly string[];
  rows: string;
}) {
  if (classes.length > DRAWN_CLASSES) return null;
  return (
    <figure className="confusion">
      <div className="scroll" tabIndex={0} role="region" aria-label="Confusion matrix">
        <table>
          <thead>
            <tr>
              <th>
                <span className="tiny">it was ↓ said →</span>
              </th>
              {classes.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.map((counts, i) => (
              <ConfusionLine key={classes[i]} name={classes[i] ?? ''} counts={counts} />
            ))}
          </tbody>
        </table>
      </div>
      <figcaption>
        Confusion, {rows}: what it was (down) and what the model said (across). The diagonal is
        right.
      </figcaption>
    </figure>
  );
}

function ConfusionLine({ name, counts }: { name: string; counts: readonly number[] }) {
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  return (
    <tr>
      <th scope="row">{name}</th>
      {counts.map((count, j) => {
        const share = count / total;
        return (
          // oxlint-disable-next-line react/no-array-index-key -- columns never move
          <td key={j} title={`${percentText(share)} of ${name}`}>
            <i style={{ opacity: share > LIGHT_SHARE ? 0.9 + share * 0.1 : 0.05 + share * 0.5 }} />
            <span className={share > LIGHT_SHARE ? 'on-dark' : ''}>{countText(count)}</span>
          </td>
        );
      })}
    </tr>
  );
}
