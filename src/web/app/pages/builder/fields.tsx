import { useId } from 'react';
import type { Json } from '../../../../domain/json.ts';
import { Field, hintOf } from '../../parts/field.tsx';
import { useBuilder, useProblems, useStatedProblems } from './builder-state.tsx';
import { ColumnSelect } from './column-select.tsx';
import { controlOf, nodeAt, rangeText } from './schema-node.ts';
import { type OptionalPartName, type Path, valueAt } from './spec-document.ts';
import { ValueControl } from './value-control.tsx';

/** One field of the spec, made from the schema: its control, what it means, its default, what is wrong with it. */
export function SpecField({ path, label, hint }: { path: Path; label: string; hint?: string }) {
  const id = useId();
  const { document, schema, set } = useBuilder();
  const own = nodeAt(schema, path);
  const problem = useProblems(path);
  const value = valueAt(document, path);
  const control = controlOf(own);
  const text = hint ?? own.description ?? '';
  const range = control.kind === 'number' ? rangeText(own) : '';
  return (
    <Field id={id} label={label} hint={hintOf(`${text} ${range}`.trim())} problem={problem}>
      {(props) => (
        <ValueControl
          props={props}
          control={control}
          value={value}
          usual={own.default}
          onChange={(next) => set(path, isEmpty(next) ? undefined : next)}
        />
      )}
    </Field>
  );
}

/** What is done only where the spec has a part for it: a switch, and the fields of that part while it is on. */
export function OptionalPart({
  part,
  label,
  fields,
}: {
  part: OptionalPartName;
  label: string;
  fields: readonly { readonly name: string; readonly label: string }[];
}) {
  const id = useId();
  const { document, schema, set } = useBuilder();
  const isAsked = valueAt(document, [part]) !== undefined;
  const own = useStatedProblems().find(({ path }) => path.length === 1 && path[0] === part);
  return (
    <>
      <Field
        id={id}
        label={label}
        hint={hintOf(nodeAt(schema, [part]).description ?? '')}
        problem={own?.message}
      >
        {(props) => (
          <ValueControl
            props={props}
            control={{ kind: 'switch' }}
            value={isAsked ? true : undefined}
            usual={false}
            onChange={(next) => set([part], next === true ? {} : undefined)}
          />
        )}
      </Field>
      {isAsked
        ? fields.map(({ name, label: text }) => (
            <SpecField key={name} path={[part, name]} label={text} />
          ))
        : null}
    </>
  );
}

/** An empty list means nothing: the default. */
function isEmpty(value: Json | undefined): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** A column of the table, by name. */
export function ColumnField({
  path,
  label,
  hint,
  none,
}: {
  path: Path;
  label: string;
  hint?: string;
  /** What it means to choose no column. */
  none: string;
}) {
  const id = useId();
  const { document, schema, set } = useBuilder();
  const problem = useProblems(path);
  const value = valueAt(document, path);
  return (
    <Field
      id={id}
      label={label}
      hint={hintOf(hint ?? nodeAt(schema, path).description ?? '')}
      problem={problem}
    >
      {(props) => (
        <ColumnSelect
          props={props}
          value={typeof value === 'string' ? value : ''}
          none={none}
          onChange={(name) => set(path, name === '' ? undefined : name)}
        />
      )}
    </Field>
  );
}

/** Several columns: each may be ticked. */
export function ColumnChecks({
  legend,
  chosen,
  onChange,
  hint,
  except = [],
}: {
  legend: string;
  chosen: readonly string[];
  onChange: (names: readonly string[]) => void;
  hint?: string;
  except?: readonly string[];
}) {
  const { preview } = useBuilder();
  const names = (preview?.columns.map(({ name }) => name) ?? []).filter(
    (name) => !except.includes(name),
  );
  const missing = chosen.filter((name) => !names.includes(name));
  return (
    <fieldset className="field">
      <legend>{legend}</legend>
      <div className="checks">
        {[...names, ...missing].map((name) => (
          <label key={name} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              onChange={({ target }) =>
                onChange(
                  target.checked ? [...chosen, name] : chosen.filter((other) => other !== name),
                )
              }
            />
            <span className="anywhere">{name}</span>
          </label>
        ))}
      </div>
      {hint === undefined ? null : <p className="hint">{hint}</p>}
    </fieldset>
  );
}
