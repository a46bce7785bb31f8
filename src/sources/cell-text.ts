import { FIRST_INEXACT, type Holds } from './holds.ts';

/** A cell of a row that came as JSON. */
export type Cell = string | number | boolean | null;

const NUMBER = /^\s*[+-]?((\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|nan|inf|infinity)\s*$/i;
const TRUE = new Set(['true', 't', 'yes', 'y', '1']);
const FALSE = new Set(['false', 'f', 'no', 'n', '0']);

/**
 * The text that a cell stands for in a category, written as training read it: the twin in JavaScript of `textAs` in
 * `plan-scoring.ts`, for rows that never see a database. Null = missing.
 */
export function cellText(cell: Cell, holds: Holds, timeOf: (cell: Cell) => number): string | null {
  if (cell === null) return null;
  const text = typeof cell === 'number' ? numberText(cell) : String(cell);
  switch (holds) {
    case 'integer':
    case 'number':
    case 'decimal': {
      const number = numberOf(text);
      return number === undefined ? text : numberText(number);
    }
    case 'boolean': {
      const word = text.toLowerCase();
      return TRUE.has(word) ? 'true' : FALSE.has(word) ? 'false' : text;
    }
    case 'instant':
    case 'local_time': {
      const micros = timeOf(cell);
      return Number.isNaN(micros) ? text : timeText(micros);
    }
    case 'time_text':
    case 'wide_integer':
    case 'text':
    case 'nothing':
      return text;
  }
}

/** A text as a number, infinities and NaN included; undefined where it is none. */
export function numberOf(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const word = text.trim().toLowerCase().replace(/^\+/, '');
  if (word.endsWith('nan')) return Number.NaN;
  if (/inf/.test(word)) return word.startsWith('-') ? -Infinity : Infinity;
  return Number(word);
}

/** The shortest text of a double as DuckDB writes it; whole numbers without a point (`column-sql.ts`). */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (Math.abs(value) < FIRST_INEXACT && Number.isInteger(value)) return String(value || 0);
  const [digits = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 16) {
    const text = plainDigits(digits, exponent);
    return text.includes('.') ? text : `${text}.0`;
  }
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** `d.ddd` × 10^exponent without an exponent. */
function plainDigits(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const rest = digits.slice(exponent + 1);
  return rest === '' ? `${sign}${whole}` : `${sign}${whole}.${rest}`;
}

/** Microseconds since 1970 UTC as `2026-01-31 12:00:00.5`. */
export function timeText(micros: number): string {
  const seconds = Math.floor(micros / 1e6);
  const fraction = String(micros - seconds * 1e6)
    .padStart(6, '0')
    .replace(/0+$/, '');
  const text = new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return fraction === '' ? text : `${text}.${fraction}`;
}
