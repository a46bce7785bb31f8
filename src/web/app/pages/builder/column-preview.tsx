import { countedText, countText, percentText } from '../../../../report/number-text.ts';
import type { Preview } from '../../api/answers.ts';

type Column = Preview['columns'][number];

/** What every column holds, and the first rows as they are. */
export function ColumnPreview({ preview }: { preview: Preview }) {
  const { columns, rows, rowsRead, isWhole } = preview;
  return (
    <div className="stack">
      <div
        className="scroll framed low"
        tabIndex={0}
        role="region"
        aria-label="Columns of the table"
      >
        <table>
          <caption>
            {countedText(columns.length, 'column')};{' '}
            {isWhole
              ? `all ${countedText(rowsRead, 'row')} were looked at.`
              : `the first ${countedText(rowsRead, 'row')} were looked at.`}
          </caption>
          <thead>
            <tr>
              <th>column</th>
              <th>kind</th>
              <th className="n">missing</th>
              <th className="n">distinct</th>
              <th>holds</th>
            </tr>
          </thead>
          <tbody>
            {columns.map((column) => (
              <tr key={column.name}>
                <th scope="row" className="name">
                  {column.name}
                </th>
                <td>{KIND_WORDS[column.kind]}</td>
                <td className="n">
                  {column.missing === 0 ? '0' : percentText(column.missing / Math.max(1, rowsRead))}
                </td>
                <td className="n">{countText(column.distinct)}</td>
                <td className="name wider">{holdsText(column)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <details>
        <summary>The first {countedText(rows.length, 'row')}</summary>
        <div className="scroll" tabIndex={0} role="region" aria-label="The first rows">
          <table>
            <thead>
              <tr>
                {columns.map(({ name }) => (
                  <th key={name}>{name}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, i) => (
                // oxlint-disable-next-line react/no-array-index-key -- rows have no other name
                <tr key={i}>
                  {row.map((cell, j) => (
                    <td key={columns[j]?.name}>
                      {cell === null ? <span className="soft">missing</span> : cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </div>
  );
}

const KIND_WORDS: { readonly [kind in Column['kind']]: string } = {
  number: 'number',
  category: 'text',
  time: 'time',
};

function holdsText({ kind, min, max, top }: Column): string {
  if (kind !== 'category') return min === null ? '' : `${String(min)} … ${String(max)}`;
  return top
    .slice(0, 4)
    .map(({ value, count }) => `${value} (${countText(count)})`)
    .join(', ');
}
