import { countedText, countText, numberText, percentText } from '../../../../report/number-text.ts';
import type { ReportFacts } from '../../api/answers.ts';
import { Bars } from '../../charts/bars.tsx';
import { Listed, type ListedColumn } from '../../parts/listed.tsx';
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
    <Listed
      label="Columns of the table"
      entries={data.columns}
      columns={columnsOf(data.rows)}
      keyOf={({ name }) => name}
    />
  );
}

type Column = ReportFacts['data']['columns'][number];

function columnsOf(rows: number): readonly ListedColumn<Column>[] {
  const number = (head: string, of: (column: Column) => number | null): ListedColumn<Column> => ({
    head,
    isNumber: true,
    of: (column) => (column.kind === 'number' ? numberText(of(column)) : '–'),
  });
  return [
    { head: 'column', isName: true, className: 'name', of: ({ name }) => name },
    { head: 'kind', of: ({ kind }) => kind },
    {
      head: 'missing',
      isNumber: true,
      of: ({ missing }) => (missing === 0 ? '0' : percentText(missing / rows)),
    },
    number('least', ({ min }) => min),
    number('mean', ({ mean }) => mean),
    number('most', ({ max }) => max),
    {
      head: 'distinct values in a partition',
      label: 'distinct',
      isNumber: true,
      of: ({ distinct: [fewest, most] }) =>
        fewest === most ? countText(most) : `${countText(fewest)} … ${countText(most)}`,
    },
  ];
}
