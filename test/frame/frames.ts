import type { Column, Frame } from '../../src/frame/frame.ts';
import { TextLevels } from '../../src/frame/text-levels.ts';

type Values = { readonly [name: string]: readonly (number | string | Date | null)[] };

/** A frame from plain values: numbers, texts or dates by the first that is not null. */
export function frameOf(values: Values): Frame {
  const columns = Object.entries(values).map(([name, column]) => columnOf(name, column));
  return { rowCount: Object.values(values)[0]?.length ?? 0, columns };
}

function columnOf(name: string, values: Values[string]): Column {
  const first = values.find((value) => value !== null);
  if (typeof first === 'string') {
    const levels = new TextLevels();
    const codes = Int32Array.from(values, (value) =>
      value === null ? -1 : levels.codeOf(String(value)),
    );
    const { places, levels: sorted } = levels.sorted(codes);
    return {
      kind: 'category',
      name,
      codes: codes.map((code) => places[code] ?? -1),
      levels: sorted,
    };
  }
  if (first instanceof Date)
    return {
      kind: 'time',
      name,
      micros: Float64Array.from(values, (value) =>
        value === null ? Number.NaN : Number(value) * 1000,
      ),
    };
  return {
    kind: 'number',
    name,
    values: Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))),
  };
}
