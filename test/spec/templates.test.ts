import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../src/spec/parse-spec.ts';
import { requireTemplate, templates } from '../../src/spec/templates/catalogue.ts';

describe.each(templates)('the template $name', (template) => {
  const { spec, warnings } = parseSpec(template.spec, { fileName: `${template.name}.yaml` });
  const [header, ...lines] = template.sampleData().trimEnd().split('\n') as [string, ...string[]];
  const names = header.split(',');
  const rows = lines.map((line) => line.split(','));
  const valuesOf = (column: string) => rows.map((row) => row[names.indexOf(column)] as string);

  it('is valid without a warning and reads its own sample', () => {
    expect(warnings).toEqual([]);
    expect(spec.data.source).toMatchObject({ kind: 'csv', path: template.dataFile });
  });

  it('names columns that the sample has', () => {
    const used = [...spec.partition.by, spec.target.column, spec.time, spec.columns.id];
    for (const name of used.filter((used) => used !== undefined)) expect(names).toContain(name);
    expect(rows.every((row) => row.length === names.length)).toBe(true);
  });

  it('has several partitions, each large enough for a model of its own', () => {
    const counts = new Map<string, number>();
    for (const key of valuesOf(spec.partition.by[0] as string))
      counts.set(key, (counts.get(key) ?? 0) + 1);
    expect(counts.size).toBeGreaterThanOrEqual(3);
    for (const count of counts.values()) expect(count).toBeGreaterThan(spec.partition.min_rows);
    expect(new Set(valuesOf(spec.target.column)).size).toBeGreaterThan(1);
  });

  it('makes the same sample every time', () => {
    expect(template.sampleData()).toBe(template.sampleData());
  });
});

describe('templates', () => {
  it('suggest the name that was meant', () => {
    expect(() => requireTemplate('timeseries')).toThrow('Did you mean `time-series`?');
  });
});

describe('the examples', () => {
  it.each(['mining/mining', 'weather/weather', 'regression/cars'])('%s is valid', (example) => {
    const path = join(import.meta.dirname, `../../examples/${example}.partita.yaml`);
    const { spec } = parseSpec(readFileSync(path), { fileName: example });
    expect(spec.candidates.length).toBeGreaterThan(2);
  });
});
