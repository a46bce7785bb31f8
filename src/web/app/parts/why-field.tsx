import { Field } from './field.tsx';

/** Why something changes: asked for, and demanded only where the answer is told to others. */
export function WhyField({
  id,
  value,
  onChange,
  hint = 'Kept in the history of the name.',
  isRequired = false,
}: {
  id: string;
  value: string;
  onChange: (reason: string) => void;
  hint?: string;
  isRequired?: boolean;
}) {
  return (
    <Field id={id} label="Why" hint={hint}>
      {(control) => (
        <textarea
          {...control}
          rows={2}
          maxLength={2000}
          required={isRequired}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}
