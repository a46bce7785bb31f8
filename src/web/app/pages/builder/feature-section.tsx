import { Section } from '../../parts/page.tsx';
import { useBuilder } from './builder-state.tsx';
import { EngineerSteps } from './engineer-steps.tsx';
import { ColumnChecks, ColumnField, SpecField } from './fields.tsx';
import { looksLikeId } from './guesses.ts';
import { namesOf, valueAt } from './spec-document.ts';

/** Which columns the models see, and what is made of them. */
export function FeatureSection() {
  return (
    <Section
      title="4 · The columns"
      note="Every other column is a feature, unless you say otherwise."
    >
      <RoleFields />
      <EngineerSteps />
      <details>
        <summary>Gaps, outliers, text and scale</summary>
        <div className="padded">
          <HandleFields />
        </div>
      </details>
      <details>
        <summary>Choose the columns that help</summary>
        <div className="padded">
          <SelectFields />
        </div>
      </details>
    </Section>
  );
}

/** What single columns are for. */
export function RoleFields() {
  const { document, set, preview } = useBuilder();
  const drop = namesOf(valueAt(document, ['columns', 'drop']));
  const target = namesOf(valueAt(document, ['target', 'column']));
  const id = namesOf(valueAt(document, ['columns', 'id']));
  const suspects = (preview?.columns ?? []).filter(
    (column) =>
      looksLikeId(column, preview?.rowsRead ?? 0) &&
      ![...drop, ...target, ...id].includes(column.name),
  );
  return (
    <>
      {suspects.map(({ name }) => (
        <p key={name} className="notice warn small">
          <span>
            “<b className="anywhere">{name}</b>” names each row: nothing can be learned from it.{' '}
            <button type="button" className="link" onClick={() => set(['columns', 'id'], name)}>
              Carry it to the predictions instead
            </button>
          </span>
        </p>
      ))}
      <div className="form">
        <ColumnField path={['columns', 'id']} label="Names the row" none="no column" />
        <ColumnField path={['time']} label="Order in time" none="rows have no order" />
        <ColumnField path={['columns', 'weight']} label="Weight" none="every row counts the same" />
      </div>
      <ColumnChecks
        legend="Left out"
        chosen={drop}
        except={[...target, ...id]}
        onChange={(names) => set(['columns', 'drop'], names.length === 0 ? undefined : names)}
        hint="Columns that no model sees: free text, and what is known only after the fact."
      />
    </>
  );
}

/** What is done to gaps, extremes, text and scale. */
export function HandleFields() {
  return (
    <div className="form">
      <SpecField path={['features', 'handle', 'missing']} label="Missing values" />
      <SpecField path={['features', 'handle', 'outliers']} label="Outliers" />
      <SpecField path={['features', 'handle', 'encode']} label="Text columns" />
      <SpecField path={['features', 'handle', 'scale']} label="Scale of numbers" />
      <SpecField path={['features', 'handle', 'imbalance']} label="Rare classes" />
    </div>
  );
}

/** Which columns are kept. */
export function SelectFields() {
  return (
    <div className="form">
      <SpecField path={['features', 'select', 'method']} label="Chosen by" />
      <SpecField path={['features', 'select', 'keep']} label="How many to keep" />
      <SpecField path={['features', 'select', 'threshold']} label="Cut-off" />
    </div>
  );
}
