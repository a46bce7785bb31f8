import { countText, percentText } from '../../../../report/number-text.ts';
import { Bars } from '../../charts/bars.tsx';
import { Section } from '../../parts/page.tsx';
import { Adviser } from './adviser.tsx';
import { useBuilder, useProblems } from './builder-state.tsx';
import { ColumnChecks, SpecField } from './fields.tsx';
import { dividingText, guessPartitionColumns } from './guesses.ts';
import { namesOf, namesValue, valueAt } from './spec-document.ts';

export function PartitionSection() {
  return (
    <Section
      title="3 · The partition"
      note="One model is trained for every value of this column, and one for all rows together. The report says for each whether its own model was worth it."
    >
      <PartitionFields />
    </Section>
  );
}

/** Which column divides the table, and what becomes of small parts. */
export function PartitionFields() {
  const { document, preview, set } = useBuilder();
  const problem = useProblems(['partition', 'by']);
  const chosen = namesOf(valueAt(document, ['partition', 'by']));
  const target = valueAt(document, ['target', 'column']);
  const choose = (names: readonly string[]) => set(['partition', 'by'], namesValue(names));
  const taken = [...chosen, ...(typeof target === 'string' ? [target] : [])];
  const guesses = preview === null ? [] : guessPartitionColumns(preview, taken).slice(0, 4);
  return (
    <>
      {preview === null || guesses.length === 0 || chosen.length > 0 ? null : (
        <div className="stack tight">
          <p className="small">These columns would divide the table well:</p>
          <div className="row">
            {guesses.map((column) => (
              <button
                key={column.name}
                type="button"
                className="button"
                onClick={() => choose([column.name])}
              >
                <span className="anywhere">{column.name}</span>
                <span className="soft light">{dividingText(column, preview.rowsRead)}</span>
              </button>
            ))}
          </div>
        </div>
      )}
      <ColumnChecks
        legend="Divided by"
        chosen={chosen}
        onChange={choose}
        except={typeof target === 'string' ? [target] : []}
        hint="Several columns make one partition for every combination of their values."
      />
      {problem === undefined ? null : <p className="small bad">{problem}</p>}
      <Adviser
        key={JSON.stringify([valueAt(document, ['data', 'source']) ?? null, target ?? null])}
        onChoose={choose}
      />
      <Division names={chosen} />
      <div className="form">
        <SpecField path={['partition', 'min_rows']} label="Too small below, rows" />
        <SpecField path={['partition', 'on_small']} label="Then" />
        <SpecField path={['partition', 'ties']} label="No clear difference" />
        <SpecField path={['partition', 'max']} label="Partitions at most" />
      </div>
    </>
  );
}

/** How the rows fall into the largest partitions, where one column divides them. */
function Division({ names }: { names: readonly string[] }) {
  const { preview, document } = useBuilder();
  const column =
    names.length === 1 ? preview?.columns.find(({ name }) => name === names[0]) : undefined;
  if (preview === null || column === undefined || column.top.length === 0) return null;
  const least = valueAt(document, ['partition', 'min_rows']);
  const minimum = typeof least === 'number' ? least : 50;
  const rest = column.distinct - column.top.length;
  return (
    <Bars
      caption={`The largest partitions of the ${countText(preview.rowsRead)} rows that were looked at${rest > 0 ? `, and ${countText(rest)} more` : ''}. “Plan” below counts them all, with those that are too small.`}
      bars={column.top.map(({ value, count }) => ({
        name: value,
        value: count,
        text: `${countText(count)} · ${percentText(count / Math.max(1, preview.rowsRead))}${preview.isWhole && count < minimum ? ' · too small' : ''}`,
      }))}
    />
  );
}
