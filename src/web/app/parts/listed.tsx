import type { ReactNode } from 'react';

/** A column of a list: its head, and what it shows of each entry. */
export type ListedColumn<Entry> = {
  readonly head: string;
  /** Stands before the cell of a card; left out: the head does. */
  readonly label?: string;
  /** Names the entry: its cell begins the line, and its card. */
  readonly isName?: boolean;
  readonly isNumber?: boolean;
  /** Something to press, not to read: its head is only heard. */
  readonly isAction?: boolean;
  /** Of the cells. */
  readonly className?: string;
  readonly of: (entry: Entry) => ReactNode;
};

/**
 * A table whose lines are cards where it is narrow. Heads may come from data: two of them may be alike. Its roles are
 * written out: Safari forgets them where a table is laid out as something else.
 */
export function Listed<Entry>({
  label,
  entries,
  columns,
  keyOf,
  frame = '',
  className = '',
  lineClass,
}: {
  label: string;
  entries: readonly Entry[];
  columns: readonly ListedColumn<Entry>[];
  keyOf: (entry: Entry) => string | number;
  /** Classes of what scrolls, and of the table in it. */
  frame?: string;
  className?: string;
  lineClass?: (entry: Entry) => string;
}) {
  return (
    <div className={`scroll ${frame}`} tabIndex={0} role="region" aria-label={label}>
      <table className={`listed ${className}`} role="table">
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column, place) => (
              <th key={place} role="columnheader" className={isAtRight(column) ? 'n' : ''}>
                {column.isAction ? (
                  <span className="visually-hidden">{column.head}</span>
                ) : (
                  column.head
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {entries.map((entry) => (
            <tr key={keyOf(entry)} role="row" className={lineClass?.(entry)}>
              {columns.map((column, place) => (
                <Cell key={place} column={column} entry={entry} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell<Entry>({ column, entry }: { column: ListedColumn<Entry>; entry: Entry }) {
  const { head, label = head, isName, isAction, className = '', of } = column;
  const classes = `${isAtRight(column) ? 'n ' : ''}${className}`;
  if (isName)
    return (
      <th scope="row" role="rowheader" className={classes}>
        {of(entry)}
      </th>
    );
  return (
    <td role="cell" className={classes} data-label={isAction ? undefined : label}>
      {of(entry)}
    </td>
  );
}

/** Numbers are, and what is pressed. */
function isAtRight({ isNumber, isAction }: Pick<ListedColumn<never>, 'isNumber' | 'isAction'>) {
  return isNumber === true || isAction === true;
}
