import type { TableSpec } from '../spec/spec.ts';

/** White space that `trim` takes from both ends: what Unicode calls so, and line ends. */
export const WHITE_SPACE =
  '\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

/** A key text changed as the spec asks: the twin in JavaScript of `key-sql.ts`. */
export function normalised(text: string, steps: TableSpec['partition']['normalise']): string {
  return steps.reduce((changed, step) => {
    switch (step) {
      case 'trim':
        return trimmed(changed);
      case 'lowercase':
        return changed.toLowerCase();
      case 'nfc':
        return changed.normalize('NFC');
    }
  }, text);
}

function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && WHITE_SPACE.includes(text.charAt(start))) start++;
  while (end > start && WHITE_SPACE.includes(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}
