import { countedText, countText, numberText, percentText } from '../../../../report/number-text.ts';
import type { PartitionDetail } from '../../api/answers.ts';
import { Bars } from '../../charts/bars.tsx';
import { Section } from '../../parts/page.tsx';

type Profile = NonNullable<PartitionDetail['profile']>;

/** The partition's rows: where they went, what its columns hold. */
export function PartitionProfile({ profile }: { profile: Profile }) {
  const { rows, split, target, columns, warnings } = profile;
  const labelled = target.classes.reduce((sum, { count }) => sum + count, 0);
  const folds = split.folds.reduce((sum, count) => sum + count, 0);
  return (
    <Section
      title="Its rows"
      note={`${countedText(rows, 'row')}: ${countText(folds)} in ${countedText(split.folds.length, 'fold')}, ${countText(split.trainingOnly)} for training only, ${countText(split.holdout)} kept aside as holdout.`}
    >
      {[...split.notes, ...warnings].map((note) => (
        <p key={note} className="notice warn small">
          {note}
        </p>
      ))}
      {labelled === 0 ? null : (
        <Bars
          caption="Rows of each class."
          bars={target.classes.map(({ label, count }) => ({
            name: label,
            value: count,
            text: `${countText(count)} · ${percentText(count / labelled)}`,
          }))}
        />
      )}
      <div className="scroll" tabIndex={0} role="region" aria-label="Columns of this partition">
        <table>
          <thead>
            <tr>
              <th>column</th>
              <th>kind</th>
              <th className="n">missing</th>
              <th className="n">distinct</th>
              <th className="n">least</th>
              <th className="n">median</th>
              <th className="n">most</th>
              <th>most frequent</th>
            </tr>
          </thead>
          <tbody>
            {columns.map((column) => (
              <ProfileLine key={column.name} column={column} rows={rows} />
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function ProfileLine({ column, rows }: { column: Profile['columns'][number]; rows: number }) {
  const isNumber = column.kind === 'number';
  const frequent = column.top
    .slice(0, 3)
    .map(({ level, count }) => `${level} (${countText(count)})`)
    .join(', ');
  return (
    <tr>
      <th scope="row" className="name">
        {column.name}
      </th>
      <td>{column.kind}</td>
      <td className="n">{column.missing === 0 ? '0' : percentText(column.missing / rows)}</td>
      <td className="n">{countText(column.distinct)}</td>
      <td className="n">{isNumber ? numberText(column.min) : '–'}</td>
      <td className="n">{isNumber ? numberText(column.quantiles[2]) : '–'}</td>
      <td className="n">{isNumber ? numberText(column.max) : '–'}</td>
      <td className="name small soft">{frequent}</td>
    </tr>
  );
}
