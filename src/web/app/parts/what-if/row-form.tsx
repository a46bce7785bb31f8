import { useId, useState } from 'react';
import type { ModelCard } from '../../api/answers.ts';
import { Field } from '../field.tsx';

type Kind = ModelCard['columns'][number]['kind'];

/** A column of a row to be filled in. */
export type RowColumn = {
  readonly name: string;
  readonly kind: Kind;
  /** What belongs there, where it is not told by the kind. */
  readonly hint?: string;
  readonly suggestions?: readonly string[];
};

/** Text by column, trimmed: a map, since a column may be called like what every object has. */
export type Cells = ReadonlyMap<string, string>;
export type Row = { readonly [column: string]: string | number | null };

const HINTS: { readonly [kind in Kind]: string } = {
  number: 'a number',
  category: 'text',
  time: 'a time, such as 2026-03-01T12:00:00Z',
};

/** A row of one's own, to be scored. */
export function RowForm({
  columns,
  act,
  isBusy,
  onAsk,
}: {
  columns: readonly RowColumn[];
  /** On the button. */
  act: string;
  isBusy: boolean;
  onAsk: (asked: { readonly row: Row; readonly cells: Cells }) => void;
}) {
  const [cells, setCells] = useState<Cells>(new Map());
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        const trimmed = new Map([...cells].map(([name, text]) => [name, text.trim()]));
        onAsk({ row: rowOf(columns, trimmed), cells: trimmed });
      }}
    >
      <div className="form">
        {columns.map((column) => (
          <CellField
            key={column.name}
            column={column}
            value={cells.get(column.name) ?? ''}
            onChange={(value) => setCells(new Map(cells).set(column.name, value))}
          />
        ))}
      </div>
      <div>
        <button type="submit" className="button main" disabled={isBusy}>
          {act}
        </button>
      </div>
    </form>
  );
}

function CellField({
  column: { name, kind, hint = HINTS[kind], suggestions = [] },
  value,
  onChange,
}: {
  column: RowColumn;
  value: string;
  onChange: (value: string) => void;
}) {
  const id = useId();
  const list = useId();
  return (
    <Field id={id} label={name} hint={hint}>
      {(props) => (
        <>
          <input
            {...props}
            {...(suggestions.length === 0 ? {} : { list })}
            {...(kind === 'number' ? { inputMode: 'decimal' as const } : {})}
            value={value}
            onChange={({ target }) => onChange(target.value)}
          />
          {suggestions.length === 0 ? null : (
            <datalist id={list}>
              {suggestions.map((suggestion) => (
                <option key={suggestion} value={suggestion} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Field>
  );
}

/** An empty cell is missing; a number that is none goes as it is, and the server says so. */
function rowOf(columns: readonly RowColumn[], cells: Cells): Row {
  return Object.fromEntries(
    columns.map(({ name, kind }) => {
      const text = cells.get(name) ?? '';
      if (text === '') return [name, null];
      const number = Number(text.replace(',', '.'));
      return [name, kind === 'number' && Number.isFinite(number) ? number : text];
    }),
  );
}
