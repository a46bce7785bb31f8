import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import { readDocument } from '../../../src/spec/document.ts';
import { experiment } from '../../../src/spec/parse-spec.ts';
import type { SpecInput } from '../../../src/spec/spec.ts';
import { templates } from '../../../src/spec/templates/catalogue.ts';
import { specAsWritten } from '../../../src/spec/written/spec-as-written.ts';
import {
  namesOf,
  namesValue,
  valueAt,
  withValue,
} from '../../../src/web/app/pages/builder/spec-document.ts';

const keys = fc.constantFrom('a', 'b', 'constructor', '__proto__', 'data.source');
const values: fc.Arbitrary<Json> = fc.oneof(fc.string(), fc.integer(), fc.boolean());

const table = {
  version: 1,
  name: 'sales',
  data: { source: { kind: 'csv', path: 'sales.csv' } },
  partition: { by: 'store' },
} as const;

describe('a spec under construction', () => {
  it('holds what was set, and nothing else has changed', () => {
    fc.assert(
      fc.property(fc.array(keys, { minLength: 1, maxLength: 3 }), values, (path, value) => {
        const before: JsonObject = { version: 1, kept: { inside: [1, 2] } };
        const after = withValue(before, path, value);
        expect(valueAt(after, path)).toEqual(value);
        expect(after['version']).toBe(1);
        expect(after['kept']).toBe(before['kept']);
        expect(before).toEqual({ version: 1, kept: { inside: [1, 2] } });
      }),
    );
  });

  it('bears no trace of a field that was set and emptied again', () => {
    const before: JsonObject = { version: 1, features: { select: { method: 'anova' } } };
    const path = ['limits', 'per_partition', 'seconds'];
    expect(withValue(withValue(before, path, 5), path, undefined)).toEqual(before);
  });

  it('still asks for an optional part whose last field was emptied, until the part is taken away', () => {
    for (const [part, field] of [
      ['intervals', 'level'],
      ['ensemble', 'size'],
      ['explain', 'repeats'],
    ] as const) {
      const emptied = withValue({ [part]: { [field]: 2 } }, [part, field], undefined);
      expect(emptied).toEqual({ [part]: {} });
      expect(withValue(emptied, [part], undefined)).toEqual({});
    }
  });

  it('takes a step out of a list, and the list with its last step', () => {
    const two: JsonObject = { features: { engineer: [{ log: 'a' }, { log: 'b' }] } };
    const one = withValue(two, ['features', 'engineer', 0], undefined);
    expect(one).toEqual({ features: { engineer: [{ log: 'b' }] } });
    expect(withValue(one, ['features', 'engineer', 0], undefined)).toEqual({});
  });

  it('keeps the digest of every template when each of its fields is set to what it is', () => {
    for (const { spec } of templates) {
      const written = readDocument(spec, 'template.yaml').value as JsonObject;
      const again = leavesOf(written).reduce(
        (document, path) => withValue(document, path, valueAt(document, path)),
        written,
      );
      expect(again).toEqual(written);
      expect(digestOf(again)).toBe(digestOf(written));
    }
  });

  it('asks the same again from a spec that ran: canonically, byte for byte', () => {
    for (const { spec } of templates) {
      const written = readDocument(spec, 'template.yaml').value as JsonObject;
      const ran = experiment(written as SpecInput);
      expect(digestOf(specAsWritten(ran.spec))).toBe(ran.digest);
    }
  });

  it('asks for a forecast again: its own steps, and no lag of the target twice', () => {
    const target = { column: 'sold', task: 'forecast' } as const;
    const features = { engineer: [{ calendar: 'day' }] };
    const forecasts: readonly NonNullable<SpecInput['forecast']>[] = [
      { horizon: 3 },
      { horizon: 14, season: 7, strategy: 'direct', known: 'price' },
    ];
    for (const forecast of forecasts) {
      const ran = experiment({ ...table, target, time: 'day', forecast, features, intervals: {} });
      const again = specAsWritten(ran.spec);
      expect(valueAt(again, ['target'])).toEqual(target);
      expect(valueAt(again, ['features', 'engineer'])).toEqual(features.engineer);
      expect(digestOf(again)).toBe(ran.digest);
      const added = { log: ['sold'] };
      const { engineer } = ran.spec.features;
      const edited = {
        ...ran.spec,
        features: { ...ran.spec.features, engineer: [...engineer, added] },
      };
      const steps = [...features.engineer, added];
      expect(valueAt(specAsWritten(edited), ['features', 'engineer'])).toEqual(steps);
    }
  });

  it('asks for anomalies again, with the label that marks them', () => {
    const target = { column: 'state', task: 'anomaly', positive: 'odd' } as const;
    const ran = experiment({ ...table, target });
    const again = specAsWritten(ran.spec);
    expect(valueAt(again, ['target'])).toEqual(target);
    expect(digestOf(again)).toBe(ran.digest);
  });

  it('reads one name and several alike, and writes one as a person would', () => {
    expect(namesOf('plan')).toEqual(['plan']);
    expect(namesOf(['region', 'plan'])).toEqual(['region', 'plan']);
    expect(namesOf(undefined)).toEqual([]);
    expect(namesValue(['plan'])).toBe('plan');
    expect(namesValue(['region', 'plan'])).toEqual(['region', 'plan']);
    expect(namesValue([])).toBeUndefined();
  });
});

function digestOf(document: JsonObject): string {
  return experiment(document as SpecInput).digest;
}

function leavesOf(value: JsonObject): readonly (readonly string[])[] {
  return Object.entries(value).flatMap(([key, child]) =>
    typeof child === 'object' && child !== null && !Array.isArray(child)
      ? leavesOf(child as JsonObject).map((path) => [key, ...path])
      : [[key]],
  );
}
