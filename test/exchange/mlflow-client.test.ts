import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MlflowClient } from '../../src/exchange/mlflow/client.ts';
import { acceptedNames, LONGEST_NAME } from '../../src/exchange/mlflow/names.ts';

describe('a file for an MLflow server', () => {
  it.each(['/data/art/1/run/artifacts', 'file:///data/art', 's3://bucket/art'])(
    'that takes none is refused with the way out: %s',
    async (artifactUri) => {
      const client = new MlflowClient({
        url: 'http://127.0.0.1:1',
        authorization: null,
        secrets: [],
      });
      const put = client.put({ id: 'run', artifactUri, tags: {} }, 'spec.json', new Uint8Array());
      await expect(put).rejects.toMatchObject({
        kind: 'unsupported',
        message: expect.stringContaining(`${artifactUri} and takes none itself`),
      });
    },
  );
});

describe('the names that MLflow accepts', () => {
  const accepted = (...texts: string[]) => Object.fromEntries(acceptedNames(texts));

  it('keep what they can, and a number parts those that would be one', () => {
    expect(accepted('key.größe', 'key.grüße', 'rows')).toEqual({
      'key.größe': 'key.gr__e',
      'key.grüße': 'key.gr__e_2',
      rows: 'rows',
    });
    expect(accepted('ä', '_', 'ö', '__2')).toEqual({ ä: '__3', _: '_', ö: '__4', __2: '__2' });
  });

  it('are as many as the texts, none too long, whatever their order', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', '_', '2', 'ä', 'ö'), maxLength: 4 });
    const long = letters.map((end) => 'x'.repeat(LONGEST_NAME - 2) + end);
    const texts = fc.uniqueArray(fc.oneof(letters, long), { maxLength: 30 });
    fc.assert(
      fc.property(texts, (some) => {
        const names = acceptedNames(some);
        expect(new Set(names.values()).size).toBe(some.length);
        for (const name of names.values()) {
          expect(name).toMatch(/^[\w\-./: ]*$/);
          expect(name.length).toBeLessThanOrEqual(LONGEST_NAME);
        }
        for (const [text, name] of acceptedNames(some.toReversed()))
          expect(names.get(text)).toBe(name);
      }),
    );
  });
});
