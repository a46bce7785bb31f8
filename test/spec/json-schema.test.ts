import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { registry } from '../../src/estimators/registry.ts';
import { specJsonSchema } from '../../src/spec/json-schema.ts';
import type { JsonSchema } from '../../src/spec/schema-outline.ts';
import { specReference } from '../../src/spec/spec-reference.ts';
import { templates } from '../../src/spec/templates/catalogue.ts';

describe('the published JSON Schema', () => {
  const schema = specJsonSchema();

  it('requires what a spec must have, and allows nothing unknown', () => {
    expect(schema.required).toEqual(['version', 'name', 'data', 'partition']);
    expect(schema.anyOf?.map(({ required }) => required)).toEqual([['target'], ['map']]);
    expect(schema.additionalProperties).toBe(false);
  });

  it('offers every algorithm with its parameters', () => {
    const entry = schema.properties?.['algorithms']?.items as JsonSchema;
    expect(entry.anyOf?.[0]?.enum).toEqual(registry.map(({ id }) => id));
    const forest = entry.anyOf?.find(({ required }) => required?.[0] === 'random_forest');
    expect(forest?.properties?.['random_forest']?.properties).toHaveProperty('trees');
  });

  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });

  it('accepts what validate accepts, and refuses typos, as an editor would', () => {
    const reader = z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema);
    for (const template of templates)
      expect(reader.safeParse(parse(template.spec)).success).toBe(true);
    const [template] = templates;
    const mistyped = template?.spec.replace('random_forest', 'randm_forest') ?? '';
    expect(reader.safeParse(parse(mistyped)).success).toBe(false);
  });

  it('says what every field of a group means', () => {
    const silent = fieldsWithoutMeaning('', schema);
    expect(silent).toEqual([]);
  });
});

describe('the spec reference', () => {
  const reference = specReference();

  it('has a row for every field, algorithm and step', () => {
    for (const field of [
      'name',
      'partition.min_rows',
      'features.handle.missing',
      'limits.source_cells',
    ])
      expect(reference).toContain(`| \`${field}\` |`);
    for (const { id } of registry) expect(reference).toContain(`| \`${id}\` |`);
    for (const step of ['calendar', 'lag', 'expression'])
      expect(reference).toContain(`| \`${step}\` |`);
  });

  it('stands in the README as it is (written there by `vitest -u`)', async () => {
    const path = join(import.meta.dirname, '../../README.md');
    const section = /(?<=<!-- spec-reference:start -->\n).*?(?=<!-- spec-reference:end -->)/s;
    const readme = readFileSync(path, 'utf8');
    expect(readme).toMatch(section);
    await expect(readme.replace(section, () => `${reference}\n`)).toMatchFileSnapshot(path);
  });
});

/** Fields that no one could understand from their name: all but those whose own values say it. */
function fieldsWithoutMeaning(prefix: string, { properties = {} }: JsonSchema): string[] {
  return Object.entries(properties).flatMap(([key, field]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (field.properties !== undefined) return fieldsWithoutMeaning(path, field);
    return field.description === undefined ? [path] : [];
  });
}
