import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Field } from '../../parts/field.tsx';
import { type AuditFilter, auditFilterOf } from './audit-filter.ts';

const FIELDS = [
  { field: 'actor', label: 'Who', type: 'text' },
  { field: 'action', label: 'Did, beginning with', type: 'text' },
  { field: 'subject', label: 'To, beginning with', type: 'text' },
  { field: 'since', label: 'From day', type: 'date' },
  { field: 'until', label: 'To day', type: 'date' },
] as const;

/** Which events are shown; applied, it stands in the address. */
export function FilterForm({ filter }: { filter: AuditFilter }) {
  const [draft, setDraft] = useState(filter);
  const [shown, setShown] = useState(filter);
  // The address changes by other means too, such as the way back.
  if (JSON.stringify(shown) !== JSON.stringify(filter)) {
    setShown(filter);
    setDraft(filter);
  }
  const navigate = useNavigate({ from: '/audit' });
  return (
    <form
      className="filters"
      onSubmit={(event) => {
        event.preventDefault();
        void navigate({ search: auditFilterOf(draft) });
      }}
    >
      {FIELDS.map(({ field, label, type }) => (
        <Field key={field} id={`audit-${field}`} label={label}>
          {(control) => (
            <input
              {...control}
              type={type}
              maxLength={200}
              value={draft[field] ?? ''}
              onChange={({ target }) => setDraft({ ...draft, [field]: target.value })}
            />
          )}
        </Field>
      ))}
      <div className="row">
        <button type="submit" className="button">
          Show
        </button>
        <Link to="/audit" search={{}} className="button" onClick={() => setDraft({})}>
          Show all
        </Link>
      </div>
    </form>
  );
}
