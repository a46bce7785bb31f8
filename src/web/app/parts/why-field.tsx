import { Field } from './field.tsx';

/** Why a name changes hands: asked for, never demanded. */
export function WhyField({
  id,
  value,
  onChange,
}: {
  id: string;
  value: string;
  onChange: (reason: string) => void;
}) {
  return (
    <Field id={id} label="Why" hint="Kept in the history of the name.">
      {(control) => (
        <textarea
          {...control}
          rows={2}
          maxLength={2000}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}
