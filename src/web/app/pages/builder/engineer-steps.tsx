import { useId } from 'react';
import type { Json, JsonObject } from '../../../../domain/json.ts';
import { Field } from '../../parts/field.tsx';
import { useBuilder, useProblems } from './builder-state.tsx';
import { ColumnSelect } from './column-select.tsx';
import { controlOf, type SchemaNode } from './schema-node.ts';
import { type Path, valueAt } from './spec-document.ts';
import { ValueControl } from './value-control.tsx';

const PATH: Path = ['features', 'engineer'];

/** New columns, made one after the other. */
export function EngineerSteps() {
  const id = useId();
  const { document, catalogue, set } = useBuilder();
  const value = valueAt(document, PATH);
  const steps = Array.isArray(value) ? (value as readonly JsonObject[]) : [];
  return (
    <div className="stack tight">
      <h3>New columns</h3>
      {steps.length === 0 ? null : (
        <ol className="steps">
          {steps.map((step, i) => (
            // oxlint-disable-next-line react/no-array-index-key -- a step is its position
            <Step key={i} step={step} index={i} />
          ))}
        </ol>
      )}
      <div className="field finder">
        <label htmlFor={id} className="visually-hidden">
          Add a new column
        </label>
        <select
          id={id}
          value=""
          onChange={({ target }) => {
            const made = catalogue.steps.find((step) => step.id === target.value);
            if (made !== undefined)
              set(PATH, [...steps, { [made.id]: emptyOf(made.schema as SchemaNode) }]);
          }}
        >
          <option value="">add a new column …</option>
          {catalogue.steps.map((step) => (
            <option key={step.id} value={step.id}>
              {step.id.replaceAll('_', ' ')}: {step.description}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

/** A step before it is filled in. */
function emptyOf(schema: SchemaNode): Json {
  if (schema.properties !== undefined) return {};
  const { kind } = controlOf(schema);
  if (kind === 'pair') return ['', ''];
  return kind === 'columns' ? [] : '';
}

function Step({ step, index }: { step: JsonObject; index: number }) {
  const { catalogue, set } = useBuilder();
  const [name = ''] = Object.keys(step);
  const entry = catalogue.steps.find(({ id }) => id === name);
  const schema = (entry?.schema ?? {}) as SchemaNode;
  const path: Path = [...PATH, index, name];
  const problem = useProblems([...PATH, index]);
  const fields = Object.entries(schema.properties ?? {});
  return (
    <li className="card">
      <div className="row between">
        <b>{name.replaceAll('_', ' ')}</b>
        <button
          type="button"
          className="button quiet"
          aria-label={`Take away step ${index + 1}, ${name}`}
          onClick={() => set([...PATH, index], undefined)}
        >
          Take away
        </button>
      </div>
      <p className="tiny soft">{entry?.description ?? ''}</p>
      <div className="form">
        {fields.length === 0 ? (
          <StepField
            path={path}
            label={controlOf(schema).kind === 'text' ? 'column' : 'columns'}
            node={schema}
          />
        ) : (
          fields.map(([field, node]) => (
            <StepField
              key={field}
              path={[...path, field]}
              label={field}
              node={node}
              isOptional={!(schema.required ?? []).includes(field)}
            />
          ))
        )}
      </div>
      {problem === undefined ? null : (
        <p className="small bad" role="alert">
          {problem}
        </p>
      )}
    </li>
  );
}

/** Text fields of a step that don't name a column of the table. */
const FREE_TEXT = ['name', 'formula'];

function StepField({
  path,
  label,
  node,
  isOptional = false,
}: {
  path: Path;
  label: string;
  node: SchemaNode;
  isOptional?: boolean;
}) {
  const id = useId();
  const { document, set } = useBuilder();
  const value = valueAt(document, path);
  const control = controlOf(node);
  const isColumn = control.kind === 'text' && !FREE_TEXT.includes(label);
  return (
    <Field
      id={id}
      label={isOptional ? `${label} (may stay empty)` : label}
      hint={isColumn ? '' : (node.description ?? '')}
    >
      {(props) =>
        isColumn ? (
          <ColumnSelect
            props={props}
            value={typeof value === 'string' ? value : ''}
            none="choose a column"
            onChange={(name) => set(path, name)}
          />
        ) : (
          <ValueControl
            props={props}
            control={control}
            value={value}
            usual={node.default}
            onChange={(next) => set(path, next)}
          />
        )
      }
    </Field>
  );
}
