import { useBuilder } from './builder-state.tsx';

/** A list of the table's columns, to choose one from. */
export function ColumnSelect({
  props,
  value,
  none,
  onChange,
}: {
  props: object;
  value: string;
  none: string;
  onChange: (name: string) => void;
}) {
  const { preview } = useBuilder();
  const names = preview?.columns.map(({ name }) => name) ?? [];
  return (
    <select {...props} value={value} onChange={({ target }) => onChange(target.value)}>
      <option value="">{none}</option>
      {value !== '' && !names.includes(value) ? <option value={value}>{value}</option> : null}
      {names.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}
