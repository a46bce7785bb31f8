import { describe, expect, it } from 'vitest';
import { resolveSourceUrl, shownUrl } from '../../src/sources/source-url.ts';

const source = { kind: 'postgres', url: '${env:SOURCE_URL}', table: 't' } as const;
const URL_TEXT = 'postgres://me:s%20cret@db.example:6543/shop';

describe('address of a source', () => {
  it('is what its reference stands for, or the embedded database without one', () => {
    expect(
      resolveSourceUrl(source, (name) => (name === 'SOURCE_URL' ? URL_TEXT : undefined), null),
    ).toBe(URL_TEXT);
    expect(
      resolveSourceUrl({ kind: 'postgres', table: 't' }, () => undefined, 'postgres://here/data'),
    ).toBe('postgres://here/data');
    expect(resolveSourceUrl({ kind: 'csv', path: 'x.csv' }, () => URL_TEXT, null)).toBeUndefined();
  });

  it('that is not set, or no address, is named by its variable and never shown', () => {
    const failing = (value: string | undefined) => () =>
      resolveSourceUrl(source, () => value, null);
    expect(failing(undefined)).toThrow(/SOURCE_URL, which is not set/);
    expect(failing('mysql://me:s3cret@x/y')).toThrow(/SOURCE_URL holds no address/);
    expect(failing('mysql://me:s3cret@x/y')).not.toThrow(/s3cret/);
  });

  it('is shown without account and password', () => {
    expect(shownUrl(URL_TEXT)).toBe('db.example:6543/shop');
  });
});
