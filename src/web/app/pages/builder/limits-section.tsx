import { Section } from '../../parts/page.tsx';
import { SpecField } from './fields.tsx';

/** What it is called, and how much it may take. */
export function LimitsSection() {
  return (
    <Section title="6 · The run">
      <div className="form">
        <SpecField
          path={['name']}
          label="Name"
          hint="Runs of one name belong together: letters, digits, space, dot, dash and underscore."
        />
        <SpecField path={['engine', 'threads']} label="Threads" />
        <SpecField path={['seed']} label="Seed" />
      </div>
      <details>
        <summary>The model without partition, and limits</summary>
        <div className="form padded">
          <SpecField path={['global', 'enabled']} label="Model without partition" />
          <SpecField path={['global', 'include_partition']} label="It sees the partition" />
          <SpecField path={['global', 'max_rows']} label="Its rows at most" />
          <SpecField
            path={['limits', 'per_partition', 'seconds']}
            label="Time for a partition, seconds"
          />
          <SpecField
            path={['limits', 'per_partition', 'memory_mb']}
            label="Memory for a partition, MB"
          />
          <SpecField path={['partition', 'max']} label="Partitions at most" />
          <SpecField path={['strict']} label="Strict" />
        </div>
      </details>
    </Section>
  );
}
