import { seededDraws } from './draws.ts';
import type { Row } from './partita.ts';

/** Of each key. */
export const HOSTILE_ROWS = 30;
/** Values of the key. */
export const HOSTILE_KEYS = [
  '"; drop table run; --',
  'a/b',
  '..',
  '',
  null,
  '\\N',
  '🙂',
  'x'.repeat(5 * 1024),
  '\u00e9',
  'e\u0301',
  '<img src=x onerror=alert(1)>',
  '%2F=50 %',
  'two\nlines, "quoted"',
  '\u001b[31mred\u0007',
  'constructor',
  'x]]><script>alert(1)</script>',
];
export const HOSTILE_LABELS = ['yes, "sir"', 'no\nway', 'No\nway', '<b>', '__proto__'];

/** Columns that are named like what they must not break; `row` identifies, `__proto__` divides, `prediction` is learned. */
export function hostileRows(): readonly Row[] {
  const draws = seededDraws(1);
  return HOSTILE_KEYS.flatMap((key, k) =>
    Array.from({ length: HOSTILE_ROWS }, (_, i) => {
      const value = draws.uniform();
      return Object.fromEntries([
        ['__proto__', key],
        ['row', `${k}, "${i}"`],
        ['"; drop table run; --', value],
        ['A/B', Math.round(100 * draws.uniform())],
        ['a/b', draws.uniform()],
        ['..', draws.uniform() < 0.5 ? 'left, right' : '<i>'],
        ['\u00e9', draws.uniform()],
        ['e\u0301', draws.uniform()],
        ['partition', draws.uniform() < 0.1 ? null : draws.normal()],
        ['<img src=x onerror=alert(1)>', draws.integer(5)],
        ['prediction', HOSTILE_LABELS[Math.floor(value * HOSTILE_LABELS.length)] as string],
      ]);
    }),
  );
}
