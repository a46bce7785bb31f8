import { Section } from '../../parts/page.tsx';
import { SpecField } from './fields.tsx';

/** What it is called, and how much it may take. */
export function LimitsSection() {
  return (
    <Section title="6 · The run">
      <RunFields />
      <details>
        <summary>The model without partition, and limits</summary>
        <div className="stack padded">
          <GlobalFields />
          <LimitFields />
        </div>
      </details>
    </Section>
  );
}

/** Its name, and what it runs with. */
export function RunFields() {
  return (
    <div className="form">
      <SpecField
        path={['name']}
        label="Name"
        hint="Runs of one name belong together: letters, digits, space, dot, dash and underscore."
      />
      <SpecField path={['engine', 'threads']} label="Threads" />
      <SpecField path={['seed']} label="Seed" />
      <SpecField path={['strict']} label="Strict" />
    </div>
  );
}

/** The model of all rows together. */
export function GlobalFields() {
  return (
    <div className="form">
      <SpecField path={['global', 'enabled']} label="Model without partition" />
      <SpecField path={['global', 'include_partition']} label="It sees the partition" />
      <SpecField path={['global', 'max_rows']} label="Its rows at most" />
    </div>
  );
}

/** What one partition may take. */
export function LimitFields() {
  return (
    <div className="form">
      <SpecField
        path={['limits', 'per_partition', 'seconds']}
        label="Time for a partition, seconds"
      />
      <SpecField
        path={['limits', 'per_partition', 'memory_mb']}
        label="Memory for a partition, MB"
      />
    </div>
  );
}
