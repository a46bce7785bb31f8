import type { Data } from 'apache-arrow';
import { codesOf, doublesOf, microsOf } from './arrow-rows.ts';
import type { Column } from './frame.ts';
import { TextLevels } from './text-levels.ts';

/** The columns of one Arrow batch, as kinds that frames know. */
export class ArrowColumns {
  readonly #data: readonly Data[];
  readonly #columns: readonly Column[];

  /** Throws `Failure('invalid-data')` where a column has another type than its kind wants. */
  constructor(data: readonly Data[], named: readonly Pick<Column, 'name' | 'kind'>[]) {
    this.#data = data;
    this.#columns = named.map(({ name, kind }, i) => columnOf(data[i] as Data, name, kind));
  }

  /** Levels of text stand in order of appearance. */
  column(place: number): Column {
    const column = this.#columns[place];
    if (column === undefined) throw new RangeError(`The batch has no column ${place}.`);
    return column;
  }

  texts(place: number): readonly (string | null)[] {
    const column = this.column(place);
    if (column.kind !== 'category') throw new TypeError(`Column ${place} holds no text.`);
    return Array.from(column.codes, (code) => column.levels[code] ?? null);
  }

  isMissing(place: number, row: number): boolean {
    return !(this.#data[place] as Data).getValid(row);
  }
}

function columnOf(data: Data, name: string, kind: Column['kind']): Column {
  switch (kind) {
    case 'number':
      return { kind, name, values: doublesOf(data, name) };
    case 'time':
      return { kind, name, micros: microsOf(data, name) };
    case 'category': {
      const levels = new TextLevels();
      const codes = codesOf(data, name, levels);
      return { kind, name, codes, levels: levels.texts };
    }
  }
}
