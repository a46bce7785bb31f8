import type { Frame } from '../../src/frame/frame.ts';

const ROWS = 1000;

/** Values and names that are easily changed on the way. */
export const frame: Frame = {
  rowCount: ROWS,
  columns: [
    {
      kind: 'number',
      name: 'a.b `c`',
      values: Float64Array.from({ length: ROWS }, (_, row) =>
        row % 5 === 4 ? Number.NaN : ([0.1 + row, -0, 1e300, 5e-324][row % 4] as number),
      ),
    },
    {
      kind: 'category',
      name: 'Text',
      codes: Int32Array.from({ length: ROWS }, (_, row) => (row % 6) - 1),
      levels: ['', ' padded ', 'a text that is longer than twelve bytes', 'null', 'ünï\u0000😀'],
    },
    {
      kind: 'time',
      name: 'when',
      micros: Float64Array.from({ length: ROWS }, (_, row) =>
        row % 7 === 6 ? Number.NaN : Date.UTC(1581 + row, 5, 15) * 1000 + row,
      ),
    },
    { kind: 'number', name: 'unread', values: new Float64Array(ROWS) },
  ],
};
/** Those that are read. */
export const COLUMNS = ['when', 'a.b `c`', 'Text'];
