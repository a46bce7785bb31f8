/** Slots of the table of recent cells: power of two, larger than the rows of a chunk. */
const SLOTS = 8192;

/**
 * Turns texts into codes, chunk after chunk. DuckDB's cell of a text is 16 bytes: its length, then the text itself (up
 * to 12 bytes) or a prefix and a pointer. Equal bytes inside one chunk mean equal texts, so each distinct cell is
 * decoded once; a dictionary-encoded column repeats its pointers.
 */
export class TextLevels {
  /** By first appearance. */
  readonly texts: string[] = [];
  readonly #codes = new Map<string, number>();
  readonly #cells = new Int32Array(SLOTS * 4);
  readonly #slotCodes = new Int32Array(SLOTS);

  /**
   * Codes of a chunk: `cells` holds four words per row, `valid` one bit (null: no row is missing). Cost per row: one
   * probe when the cell is known, else one decode.
   */
  encode(
    cells: Int32Array,
    valid: Uint32Array | null,
    textOf: (row: number) => string,
  ): Int32Array {
    const rowCount = cells.length / 4;
    const codes = new Int32Array(rowCount);
    this.#slotCodes.fill(-1);
    for (let i = 0; i < rowCount; i++) {
      if (valid !== null && (((valid[i >> 5] as number) >>> (i & 31)) & 1) === 0) {
        codes[i] = -1;
        continue;
      }
      const slot = this.#findSlot(cells, i * 4);
      let code = this.#slotCodes[slot] as number;
      if (code < 0) {
        code = this.codeOf(textOf(i));
        this.#slotCodes[slot] = code;
        this.#cells.set(cells.subarray(i * 4, i * 4 + 4), slot * 4);
      }
      codes[i] = code;
    }
    return codes;
  }

  /** The code of a text, new or known. */
  codeOf(text: string): number {
    let code = this.#codes.get(text);
    if (code === undefined) {
      code = this.texts.push(text) - 1;
      this.#codes.set(text, code);
    }
    return code;
  }

  /** The texts that `codes` use, in code-unit order, and for each code its place there. */
  sorted(codes: Int32Array): { readonly levels: readonly string[]; readonly places: Int32Array } {
    const places = new Int32Array(this.texts.length).fill(-1);
    for (const code of codes) if (code >= 0) places[code] = 0;
    const order = [...this.texts.keys()].filter((code) => places[code] === 0);
    const texts = this.texts;
    order.sort((a, b) => ((texts[a] as string) < (texts[b] as string) ? -1 : 1));
    order.forEach((code, place) => {
      places[code] = place;
    });
    return { levels: order.map((code) => texts[code] as string), places };
  }

  /** Recodes to the texts that `codes` use, in code-unit order, and tells them. */
  sortInto(codes: Int32Array): { readonly codes: Int32Array; readonly levels: readonly string[] } {
    const { levels, places } = this.sorted(codes);
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i] as number;
      if (code >= 0) codes[i] = places[code] as number;
    }
    return { codes, levels };
  }

  /** The slot that holds these four words, or the free one where they belong. */
  #findSlot(cells: Int32Array, at: number): number {
    const a = cells[at] as number;
    const b = cells[at + 1] as number;
    const c = cells[at + 2] as number;
    const d = cells[at + 3] as number;
    let hash = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15) ^ c, 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 13) ^ d, 0x27d4eb2f);
    let slot = (hash ^ (hash >>> 16)) & (SLOTS - 1);
    const known = this.#cells;
    while ((this.#slotCodes[slot] as number) >= 0) {
      const k = slot * 4;
      if (known[k] === a && known[k + 1] === b && known[k + 2] === c && known[k + 3] === d) break;
      slot = (slot + 1) & (SLOTS - 1);
    }
    return slot;
  }
}
