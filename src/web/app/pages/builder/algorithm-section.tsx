import { useId } from 'react';
import type { Json, JsonObject } from '../../../../domain/json.ts';
import { countText } from '../../../../report/number-text.ts';
import type { Catalogue } from '../../api/answers.ts';
import { Field, hintOf } from '../../parts/field.tsx';
import { Section } from '../../parts/page.tsx';
import { askedTaskOf } from './asked-task.ts';
import { useBuilder, useProblems } from './builder-state.tsx';
import { ColumnField, OptionalPart, SpecField } from './fields.tsx';
import { controlOf, rangeText, type SchemaNode } from './schema-node.ts';
import { type Path, valueAt } from './spec-document.ts';
import { ValueControl } from './value-control.tsx';

type Algorithm = Catalogue['algorithms'][number];

export function AlgorithmSection() {
  return (
    <Section
      title="5 · The algorithms"
      note="Each is trained on every partition; the best by your metric wins there. Tick none for the usual ones; a tie goes to the simpler one, which stands first."
    >
      <AlgorithmFields />
      <TuneFields />
      <EnsembleFields />
      <ValidateFields />
      <ExplainFields />
    </Section>
  );
}

/** Which algorithms stand against each other. */
export function AlgorithmFields() {
  const { document, catalogue } = useBuilder();
  const problem = useProblems(['algorithms']);
  const task = askedTaskOf(document);
  const offered = catalogue.algorithms.filter(({ tasks }) => tasks.includes(task));
  return (
    <>
      <fieldset>
        <legend className="visually-hidden">Algorithms</legend>
        <div className="choices">
          {offered.map((algorithm) => (
            <AlgorithmChoice key={algorithm.id} algorithm={algorithm} />
          ))}
        </div>
      </fieldset>
      {problem === undefined ? null : <p className="small bad">{problem}</p>}
      <Parameters offered={offered} />
    </>
  );
}

/** How other parameters are tried. */
export function TuneFields() {
  const { document } = useBuilder();
  const tuning = valueAt(document, ['tune', 'method']) ?? 'none';
  return (
    <div className="form">
      <SpecField path={['tune', 'method']} label="Try other parameters" />
      {tuning === 'none' || tuning === 'grid' ? null : (
        <SpecField path={['tune', 'trials']} label="Parameter sets" />
      )}
    </div>
  );
}

/** Whether the best are averaged as well; anomalies have no labels that their weights could be learned from. */
export function EnsembleFields() {
  const { document } = useBuilder();
  if (askedTaskOf(document) === 'anomaly') return null;
  return (
    <div className="form">
      <OptionalPart
        part="ensemble"
        label="An average of the best"
        fields={[{ name: 'size', label: 'Averaged at most' }]}
      />
    </div>
  );
}

/** On which rows they are judged. */
export function ValidateFields() {
  const { document } = useBuilder();
  const isInTime = valueAt(document, ['time']) !== undefined;
  return (
    <div className="form">
      <SpecField path={['validate', 'holdout']} label="Kept aside as holdout" />
      <SpecField path={['validate', 'folds']} label="Folds" />
      <SpecField path={['validate', 'repeats']} label="Repeats" />
      <SpecField path={['validate', 'scheme']} label="Divided" />
      <ColumnField path={['validate', 'group']} label="Kept together" none="rows stand alone" />
      {isInTime ? (
        <>
          <SpecField path={['validate', 'gap']} label="Gap before what is judged" />
          <SpecField path={['validate', 'window']} label="Trained on the last" />
        </>
      ) : null}
      <SpecField path={['validate', 'refit']} label="Final model fitted on" />
    </div>
  );
}

/** What is measured of the models that were chosen. */
export function ExplainFields() {
  return (
    <div className="form">
      <OptionalPart
        part="explain"
        label="What models look at"
        fields={[
          { name: 'repeats', label: 'Values dealt anew' },
          { name: 'partial_dependence', label: 'Columns with a curve' },
        ]}
      />
    </div>
  );
}

type Entry = { readonly id: string; readonly parameters: JsonObject };

/** What the spec lists: `id`, or `{ id: parameters }`. */
function entriesOf(value: Json | undefined): readonly Entry[] {
  if (!Array.isArray(value)) return [];
  return value.map((entry: Json) => {
    if (typeof entry === 'string') return { id: entry, parameters: {} };
    const [id = '', parameters = {}] = Object.entries((entry ?? {}) as JsonObject)[0] ?? [];
    return { id, parameters: parameters as JsonObject };
  });
}

function entriesValue(entries: readonly Entry[]): Json | undefined {
  if (entries.length === 0) return undefined;
  return entries.map(({ id, parameters }) =>
    Object.keys(parameters).length === 0 ? id : { [id]: parameters },
  );
}

function useEntries() {
  const { document, set } = useBuilder();
  const entries = entriesOf(valueAt(document, ['algorithms']));
  return {
    entries,
    put: (next: readonly Entry[]) => set(['algorithms'], entriesValue(next)),
  };
}

function AlgorithmChoice({ algorithm: { id, maxRows } }: { algorithm: Algorithm }) {
  const { catalogue } = useBuilder();
  const { entries, put } = useEntries();
  const isChosen = entries.some((entry) => entry.id === id);
  const toggle = () => {
    if (isChosen) return put(entries.filter((entry) => entry.id !== id));
    const order = catalogue.algorithms.map((algorithm) => algorithm.id);
    put(
      [...entries, { id, parameters: {} }].sort(
        (a, b) => order.indexOf(a.id) - order.indexOf(b.id),
      ),
    );
  };
  return (
    <label className="choice">
      <input type="checkbox" checked={isChosen} onChange={toggle} />
      <span>
        <b>{id.replaceAll('_', ' ')}</b>
        {maxRows === null ? null : (
          <span className="tiny soft block">up to {countText(maxRows)} rows</span>
        )}
      </span>
    </label>
  );
}

/** Parameters of the chosen algorithms that have any. */
function Parameters({ offered }: { offered: readonly Algorithm[] }) {
  const { entries, put } = useEntries();
  return entries.map(({ id, parameters }, index) => {
    const schema = offered.find((algorithm) => algorithm.id === id)?.parameters as
      | SchemaNode
      | undefined;
    const fields = Object.entries(schema?.properties ?? {});
    if (fields.length === 0) return null;
    const change = (name: string, value: Json | undefined) => {
      const { [name]: _, ...rest } = parameters;
      const next = value === undefined ? rest : { ...rest, [name]: value };
      put(entries.map((entry, i) => (i === index ? { id, parameters: next } : entry)));
    };
    return (
      // oxlint-disable-next-line react/no-array-index-key -- one algorithm may stand there twice
      <details key={`${index} ${id}`}>
        <summary>Parameters of {id.replaceAll('_', ' ')}</summary>
        <div className="form padded">
          {fields.map(([name, node]) => (
            <ParameterField
              key={name}
              path={['algorithms', index, id, name]}
              name={name}
              node={node}
              value={parameters[name]}
              onChange={(value) => change(name, value)}
            />
          ))}
        </div>
      </details>
    );
  });
}

function ParameterField({
  path,
  name,
  node,
  value,
  onChange,
}: {
  path: Path;
  name: string;
  node: SchemaNode;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
}) {
  const id = useId();
  const problem = useProblems(path);
  return (
    <Field
      id={id}
      label={name.replaceAll('_', ' ')}
      hint={hintOf(`${node.description ?? ''} ${rangeText(node)}`.trim())}
      problem={problem}
    >
      {(props) => (
        <ValueControl
          props={props}
          control={controlOf(node)}
          value={value}
          usual={node.default}
          onChange={onChange}
        />
      )}
    </Field>
  );
}
