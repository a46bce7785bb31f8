import type { Column, Frame } from './frame.ts';
import { TextLevels } from './text-levels.ts';

/** The rows of frames with the same columns, frame after frame. */
export function joinFrames(frames: readonly Frame[]): Frame {
  const [first] = frames;
  if (first === undefined) throw new RangeError('There is no frame to join.');
  if (frames.length === 1) return first;
  return {
    rowCount: frames.reduce((sum, { rowCount }) => sum + rowCount, 0),
    columns: first.columns.map((_, place) =>
      joinColumns(frames.map(({ columns }) => columns[place] as Column)),
    ),
  };
}

function joinColumns(parts: readonly Column[]): Column {
  const [{ name, kind }] = parts as [Column, ...Column[]];
  switch (kind) {
    case 'number':
      return { kind, name, values: joinNumbers(parts.map((part) => numbersOf(part, kind))) };
    case 'time':
      return { kind, name, micros: joinNumbers(parts.map((part) => numbersOf(part, kind))) };
    case 'category':
      return { kind, name, ...joinTexts(parts) };
  }
}

function numbersOf(column: Column, kind: 'number' | 'time'): Float64Array {
  if (column.kind !== kind) throw otherKind(column, kind);
  return column.kind === 'number' ? column.values : column.micros;
}

function joinNumbers(parts: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function joinTexts(parts: readonly Column[]) {
  const levels = new TextLevels();
  const codes = parts.flatMap((part) => {
    if (part.kind !== 'category') throw otherKind(part, 'category');
    const codeOf = part.levels.map((level) => levels.codeOf(level));
    return Array.from(part.codes, (code) => (code < 0 ? -1 : (codeOf[code] as number)));
  });
  return levels.sortInto(Int32Array.from(codes));
}

function otherKind({ name, kind }: Column, wanted: Column['kind']): RangeError {
  return new RangeError(`Column "${name}" is ${kind} in one frame and ${wanted} in another.`);
}
