import { numberText } from '../../../../report/number-text.ts';
import type { PartitionCell } from '../../api/answers.ts';

/** What the colour of a cell may say. */
export const COLOURINGS = ['state', 'answer', 'score', 'lead'] as const;
export type Colouring = (typeof COLOURINGS)[number];

export const COLOURING_WORDS: { readonly [colouring in Colouring]: string } = {
  state: 'how it stands',
  answer: 'who answers',
  score: 'score of its own model',
  lead: 'own ahead of global',
};

export type Swatch = { readonly colour: string; readonly word: string };

/** Custom properties of the style sheet, so that both themes have theirs. */
const STATES: { readonly [state in PartitionCell['state']]: Swatch } = {
  waiting: { colour: '--waiting', word: 'waiting' },
  trained: { colour: '--trained', word: 'trained' },
  reused: { colour: '--trained', word: 'taken over from an earlier run' },
  merged: { colour: '--tie', word: 'merged with others' },
  global: { colour: '--global', word: 'left to the model without partition' },
  skipped: { colour: '--line', word: 'skipped' },
  failed: { colour: '--bad', word: 'failed' },
};

const NOBODY: Swatch = { colour: '--bad', word: 'nobody' };
const OWN: Swatch = { colour: '--own', word: 'its own model, clearly better' };
const BLEND: Swatch = { colour: '--trained', word: 'its own model and the global one together' };
const TIE: Swatch = { colour: '--tie', word: 'the global model: no clear difference' };
const PARENT: Swatch = { colour: '--tie', word: 'the model of its parent' };
const GLOBAL: Swatch = { colour: '--global', word: 'the global model' };
const UNKNOWN: Swatch = { colour: '--waiting', word: 'not known yet' };
const UNREACHED: Swatch = { colour: '--waiting', word: 'not reached' };

/** Light to dark in one hue: reads the same without colour. */
const STEPS = ['--step-1', '--step-2', '--step-3', '--step-4', '--step-5'];
const LEADS = ['--lead-1', '--lead-2', '--lead-3', '--lead-4', '--lead-5'];

export type Palette = {
  readonly swatchOf: (cell: PartitionCell) => Swatch;
  readonly legend: readonly Swatch[];
};

/** The colours of all cells, and what they mean; only what occurs stands in the legend. `isOver`: nothing waits any more. */
export function paletteOf(
  cells: readonly PartitionCell[],
  colouring: Colouring,
  isOver: boolean,
): Palette {
  switch (colouring) {
    case 'state':
      return withLegend(cells, isOver ? lastSwatch : ({ state }) => STATES[state]);
    case 'answer':
      return withLegend(cells, isOver ? lastAnswer : answerSwatch);
    case 'score':
      return graded(cells, ({ cv }) => cv, STEPS, false);
    case 'lead':
      return graded(cells, ({ difference }) => difference, LEADS, true);
  }
}

function lastSwatch({ state }: PartitionCell): Swatch {
  return state === 'waiting' ? UNREACHED : STATES[state];
}

function lastAnswer(cell: PartitionCell): Swatch {
  const swatch = answerSwatch(cell);
  return swatch === UNKNOWN ? UNREACHED : swatch;
}

function answerSwatch({ state, verdict }: PartitionCell): Swatch {
  if (state === 'waiting') return UNKNOWN;
  if (state === 'failed' || state === 'skipped') return NOBODY;
  if (verdict === 'parent') return PARENT;
  if (state === 'global' || verdict === 'global') return GLOBAL;
  if (verdict === 'tie') return TIE;
  if (verdict === 'blend') return BLEND;
  return verdict === null && state === 'trained' ? UNKNOWN : OWN;
}

function withLegend(
  cells: readonly PartitionCell[],
  swatchOf: (cell: PartitionCell) => Swatch,
): Palette {
  return { swatchOf, legend: [...new Set(cells.map(swatchOf))] };
}

/** Five classes of equal width; around zero when the sign matters. */
function graded(
  cells: readonly PartitionCell[],
  valueOf: (cell: PartitionCell) => number | null,
  colours: readonly string[],
  isSigned: boolean,
): Palette {
  const values = cells.map(valueOf).filter((value) => value !== null);
  const none: Swatch = { colour: '--line', word: 'no score' };
  if (values.length === 0) return { swatchOf: () => none, legend: [none] };
  const reach = Math.max(...values.map(Math.abs)) || 1;
  const low = isSigned ? -reach : Math.min(...values);
  const high = isSigned ? reach : Math.max(...values);
  const width = (high - low) / colours.length || 1;
  const swatches = colours.map((colour, i) => ({
    colour,
    word: `${numberText(low + i * width, reach)} … ${numberText(low + (i + 1) * width, reach)}`,
  }));
  const swatchOf = (cell: PartitionCell): Swatch => {
    const value = valueOf(cell);
    if (value === null) return none;
    return swatches[Math.min(colours.length - 1, Math.floor((value - low) / width))] ?? none;
  };
  return { swatchOf, legend: values.length === cells.length ? swatches : [...swatches, none] };
}
