import { countedText, countText, numberText, percentText } from '../../../../report/number-text.ts';
import type { ReportFacts } from '../../api/answers.ts';
import { Bars } from '../../charts/bars.tsx';
import { Section } from '../../parts/page.tsx';
import { SourceName } from '../../parts/source-name.tsx';

/** What came in, where the rows went, and what every column looks like. */
export function DataProfile({ facts }: { facts: ReportFacts }) {
  const { data, question } = facts;
  const labelled = data.classes.reduce((sum, { rows }) => sum + rows, 0);
  return (
    <Section
      title="Data"
      id="data"
      note={
        <>
          {countedText(data.rows, 'row')} in {countedText(data.partitions, 'partition')}, from{' '}
          <SourceName location={data.source} />.
        </>
      }
    >
      <div className="plots">
        <Ledger facts={facts} />
        {labelled === 0 ? null : (
          <Bars
            caption={`Rows by ${question.target}`}
            bars={data.classes.map(({ label, rows }) => ({
              name: label,
              value: rows,
              text: `${countText(rows)} · ${percentText(rows / labelled)}`,
            }))}
          />
        )}
      </div>
      <Columns facts={facts} />
    </Section>
  );
}

/** Every row of the source, counted once. */
function Ledger({ facts: { data } }: { facts: ReportFacts }) {
  const { split, excluded } = data;
  const lines = [
    { rows: split.crossValidated, what: 'for training and cross-validation' },
    { rows: split.trainingOnly, what: 'for training only' },
    { rows: split.holdout, what: 'kept aside as holdout' },
    ...excluded.map(({ reason, rows }) => ({
      rows,
      what: `not used: ${reason.replaceAll('_', ' ')}`,
    })),
  ].filter(({ rows }) => rows > 0);
  return (
    <dl className="tally">
      {lines.map(({ rows, what }) => (
        <LedgerLine key={what} rows={rows} what={what} />
      ))}
    </dl>
  );
}

function LedgerLine({ rows, what }: { rows: number; what: string }) {
  return (
    <>
      <dt>{countText(rows)}</dt>
      <dd>rows {what}</dd>
    </>
  );
}

function Columns({ facts: { data } }: { facts: ReportFacts }) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Columns of the table">
      <table>
        <thead>
          <tr>
            <th>column</th>
            <th>kind</th>
            <th className="n">missing</th>
            <th className="n">least</th>
            <th className="n">mean</th>
            <th className="n">most</th>
            <th className="n">distinct values in a partition</th>
          </tr>
        </thead>
        <tbody>
          {data.columns.map((column) => {
            const isNumber = column.kind === 'number';
            const [fewest, most] = column.distinct;
            return (
              <tr key={column.name}>
                <th scope="row" className="name">
                  {column.name}
                </th>
                <td>{column.kind}</td>
                <td className="n">
                  {column.missing === 0 ? '0' : percentText(column.missing / data.rows)}
                </td>
                <td className="n">{isNumber ? numberText(column.min) : '–'}</td>
                <td className="n">{isNumber ? numberText(column.mean) : '–'}</td>
                <td className="n">{isNumber ? numberText(column.max) : '–'}</td>
                <td className="n">
                  {fewest === most ? countText(most) : `${countText(fewest)} … ${countText(most)}`}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
