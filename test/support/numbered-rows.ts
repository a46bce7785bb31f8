import type { Frame } from '../../src/frame/frame.ts';

/** Row number as the value; the text of a row names its hundred, every seventh one none. */
export function numberedRows(rowCount: number): Frame {
  return {
    rowCount,
    columns: [
      {
        kind: 'number',
        name: 'value',
        values: Float64Array.from({ length: rowCount }, (_, row) => row),
      },
      {
        kind: 'category',
        name: 'hundred',
        codes: Int32Array.from({ length: rowCount }, (_, row) =>
          row % 7 === 6 ? -1 : Math.floor(row / 100),
        ),
        levels: Array.from({ length: Math.ceil(rowCount / 100) }, (_, hundred) => `h${hundred}`),
      },
    ],
  };
}
