import { describe, expect, it } from 'vitest';
import { withoutSecrets } from '../../src/domain/without-secrets.ts';

describe('a text without secrets', () => {
  it('has none as it was given, as JSON writes it, or as an address does', () => {
    const said = 'key a"b c%d, {"key":"a\\"b c%d"}, http://x/?key=a%22b%20c%25d';
    expect(withoutSecrets(said, ['a"b c%d'])).toBe('key …, {"key":"…"}, http://x/?key=…');
  });

  it('has none that was given as an address writes it', () => {
    const url = 'postgres://me:s%20cret@host/db';
    expect(withoutSecrets(`refused: ${url}, s%20cret, "s cret"`, [url, 's%20cret'])).toBe(
      'refused: …, …, "…"',
    );
  });

  it('is the text itself where a secret is empty, or shorter than a word', () => {
    expect(withoutSecrets('a table of a', ['', 'a'])).toBe('a table of a');
  });

  it('takes a secret that is no address-encoded text as it is', () => {
    expect(withoutSecrets('no se%ZZcret here', ['se%ZZcret'])).toBe('no … here');
  });
});
