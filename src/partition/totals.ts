import type { Scope } from '../domain/run.ts';
import { TRAINING_ONLY } from '../estimators/folds.ts';
import { pooledBand, type Span } from './band.ts';
import { restOf } from './blend.ts';
import { compareTogether } from './compare-together.ts';
import type { SideScores } from './evaluate-facts.ts';
import type { PartitionData, PartitionResult } from './partition-function.ts';
import { plotFacts } from './plots.ts';
import {
  createPredictions,
  outputWidth,
  type Predictions,
  predictionsFromBytes,
  startOf,
} from './predictions.ts';
import { judgedData } from './repeated-data.ts';
import { repeatsOf } from './repeats.ts';
import { type Side, sideScores } from './side-scores.ts';
import type { ServedBlend, TotalsArgs, TotalsFacts } from './totals-facts.ts';
import type { Truth } from './truth.ts';

/** Rows of the union that one member has, and where its own and its parent's predictions begin (null = none). */
type MemberRows = TotalsArgs['members'][number] & {
  readonly start: number;
  readonly ownStart: number | null;
  readonly parentStart: number | null;
};

/** Whose predictions are pooled. */
type Who = Scope | 'served';

type Blended = MemberRows & { readonly served: ServedBlend };

function isBlended(member: MemberRows): member is Blended {
  return typeof member.served === 'object';
}

/** The metric pooled over the rows of many partitions (`TotalsFacts`): never an average of averages. */
export function totals(stored: PartitionData, args: TotalsArgs): PartitionResult<TotalsFacts> {
  const { data, truth } = judgedData(stored, args);
  const { folds } = data;
  // The copies of a row stand as far from each other as the table is long.
  const members = Array.from({ length: repeatsOf(args.spec) }, () => args.members).flat();
  const pool = new Pool(data, folds, { ...args, members });
  const score = (side: Side | null): SideScores | null => side && sideScores(truth, side, folds);
  const { own, global } = pool.paired();
  const comparison = compareTogether(
    truth,
    { own, global },
    folds,
    pool.places(args.members.length),
  );
  const everywhere = pool.global;
  const globalEverywhere = score(everywhere);
  const reachEverywhere = globalEverywhere?.band?.reach ?? null;
  /** Every partition has intervals of its own width. */
  const scoreEach = (side: Side | null, who: Who): SideScores | null => {
    const scores = score(side);
    if (side === null || scores === null) return scores;
    const spans = pool.spans(who, reachEverywhere);
    const band = pooledBand(truth, side, folds, spans);
    return band === undefined ? scores : { ...scores, band };
  };
  const served = pool.served();
  const parent = scoreEach(pool.parent(), 'parent');
  const blends = served === null ? [] : pool.blends(served, truth);
  const facts: TotalsFacts = {
    own: scoreEach(own, 'own'),
    ...(parent !== null && { parent }),
    ...(comparison !== null && { comparison }),
    global: scoreEach(global, 'global'),
    served: scoreEach(served, 'served'),
    globalEverywhere,
    globalPlots: everywhere && plotFacts(truth, everywhere, folds),
    ...(blends.length > 0 && { blends }),
  };
  return { facts, blobs: new Map() };
}

/** The layers that a member's predictions become: of the best candidate, the nested ones, and those of the holdout. */
const LAYERS = 3;
const BEST = 0;
const NESTED = 1;
const NESTED_WITHOUT_ANY: Side['bestWithout'] = Array.from({ length: TRAINING_ONLY }, () => NESTED);

/** Predictions of all members brought into one place. */
class Pool {
  readonly global: Side | null;
  readonly #own: Predictions | null;
  readonly #parent: Predictions | null;
  readonly #members: readonly MemberRows[];
  readonly #rowCount: number;
  readonly #width: number;
  readonly #folds: Uint8Array;

  constructor({ frame, inputs }: PartitionData, folds: Uint8Array, args: TotalsArgs) {
    this.#rowCount = frame.rowCount;
    this.#folds = folds;
    this.#width = outputWidth(args.classes);
    this.#members = placeMembers(args.members);
    const layersOf = (name: string): Predictions | null => {
      const bytes = inputs.get(name);
      return bytes === undefined
        ? null
        : predictionsFromBytes(bytes, args.candidates + 1, this.#width, repeatsOf(args.spec));
    };
    this.#own = layersOf('own');
    this.#parent = layersOf('parent');
    const global = layersOf('global');
    this.global =
      global === null || args.global === null ? null : { predictions: global, ...args.global };
  }

  /** Own and global where a member has both, on the rows that both predicted. */
  paired(): { readonly own: Side | null; readonly global: Side | null } {
    const members = this.#members.filter(({ ownStart }) => ownStart !== null);
    if (members.length === 0 || this.#own === null) return { own: null, global: null };
    const own = this.#empty();
    for (const member of members) this.#copyOwnInto(member, own);
    if (this.global === null) return { own: this.#pooled(own), global: null };
    const global = this.#empty();
    for (const member of members) this.#copyGlobalInto(member, global);
    keepCommonIn(own, global);
    return { own: this.#pooled(own), global: this.#pooled(global) };
  }

  /** By its parent, every member that has one. */
  parent(): Side | null {
    const members = this.#members.filter(({ parentStart }) => parentStart !== null);
    if (members.length === 0 || this.#parent === null) return null;
    const parent = this.#empty();
    for (const member of members) this.#copyParentInto(member, parent);
    return this.#pooled(parent);
  }

  /** Every row by the model that answers for its member. */
  served(): Side | null {
    const served = this.#empty();
    const blended = this.#members.filter(isBlended);
    const own = blended.length === 0 ? served : this.#empty();
    for (const member of this.#members) {
      if (member.served === 'own') this.#copyOwnInto(member, served);
      if (member.served === 'parent') this.#copyParentInto(member, served);
      if (member.served === 'global') this.#copyGlobalInto(member, served);
    }
    for (const member of blended) {
      this.#copyOwnInto(member, own);
      if (member.served.with === 'parent') this.#copyParentInto(member, served);
      else this.#copyGlobalInto(member, served);
      this.#blendInto(member, own, served);
    }
    const isAnswered = this.#members.some((member) => member.served !== 'none');
    return isAnswered ? this.#pooled(served) : null;
  }

  /** The member of each row, of so many: those of another repeat are the same ones. */
  places(memberCount: number): Int32Array {
    const places = new Int32Array(this.#rowCount);
    this.#members.forEach(({ start, rows }, i) => {
      places.fill(i % memberCount, start, start + rows);
    });
    return places;
  }

  /** Where a member has too few rows for intervals of its own, a parent's model has those of all its rows, and any other those of all rows. */
  spans(
    who: Who,
    reachEverywhere: number | null,
  ): readonly (Span & { readonly fallback: number | null })[] {
    return this.#members.map(({ start, rows, served, parent }) => {
      const rung = who === 'served' ? served : who;
      const ofParent = rung === 'parent' ? (parent?.reach ?? null) : null;
      return { start, rows, fallback: ofParent ?? reachEverywhere };
    });
  }

  /** What each blended member is served, scored by itself. */
  blends({ predictions, ...side }: Side, truth: Truth): readonly SideScores[] {
    return this.#members.filter(isBlended).map(({ start, rows }) => {
      const values = predictions.values.subarray(
        start * LAYERS * this.#width,
        (start + rows) * LAYERS * this.#width,
      );
      const ofMember = { ...side, predictions: { ...predictions, rowCount: rows, values } };
      const folds = this.#folds.subarray(start, start + rows);
      return sideScores(truthOfRows(truth, start, start + rows), ofMember, folds);
    });
  }

  #empty(): Predictions {
    return createPredictions(this.#rowCount, LAYERS, this.#width);
  }

  /** The nested choice of every fold is one layer here. */
  #pooled(predictions: Predictions): Side {
    return { predictions, best: BEST, bestWithout: NESTED_WITHOUT_ANY };
  }

  #copyOwnInto(member: MemberRows, target: Predictions): void {
    const { ownStart, best, bestWithout } = member;
    if (this.#own === null || ownStart === null || best === null) return;
    this.#copyInto({ predictions: this.#own, best, bestWithout }, ownStart, member, target);
  }

  #copyParentInto(member: MemberRows, target: Predictions): void {
    const { parentStart, parent } = member;
    if (this.#parent === null || parentStart === null || parent === undefined) return;
    this.#copyInto({ predictions: this.#parent, ...parent }, parentStart, member, target);
  }

  #copyGlobalInto(member: MemberRows, target: Predictions): void {
    if (this.global !== null) this.#copyInto(this.global, member.start, member, target);
  }

  /** Every layer by its weight; a row that one of the two did not predict has no prediction. */
  #blendInto({ start, rows, served }: Blended, own: Predictions, target: Predictions): void {
    const { weight, withoutFold } = served;
    for (let row = start; row < start + rows; row++) {
      const nested = withoutFold[this.#folds[row] as number] ?? weight;
      for (let layer = 0; layer < LAYERS; layer++) {
        const share = layer === NESTED ? nested : weight;
        const from = (row * LAYERS + layer) * this.#width;
        for (let i = from; i < from + this.#width; i++)
          target.values[i] =
            share * (own.values[i] as number) + restOf(share) * (target.values[i] as number);
      }
    }
  }

  #copyInto(
    { predictions, best, bestWithout }: Side,
    from: number,
    { start, rows }: MemberRows,
    target: Predictions,
  ): void {
    const { layers, width, values } = predictions;
    for (let row = 0; row < rows; row++) {
      const nested = bestWithout[this.#folds[start + row] as number] ?? best;
      for (const [i, layer] of [best, nested, layers - 1].entries()) {
        const at = startOf(predictions, from + row, layer);
        target.values.set(values.subarray(at, at + width), ((start + row) * LAYERS + i) * width);
      }
    }
  }
}

/** Views, no copies. */
function truthOfRows({ target, weights, scales, spec }: Truth, from: number, to: number): Truth {
  return {
    target:
      target.kind === 'values'
        ? { ...target, values: target.values.subarray(from, to) }
        : { ...target, codes: target.codes.subarray(from, to) },
    weights: weights?.subarray(from, to),
    scales: scales?.subarray(from, to),
    spec,
  };
}

function placeMembers(members: TotalsArgs['members']): readonly MemberRows[] {
  let start = 0;
  let ownStart = 0;
  let parentStart = 0;
  return members.map((member) => {
    const hasOwn = member.best !== null;
    const hasParent = member.parent !== undefined;
    const placed = {
      ...member,
      start,
      ownStart: hasOwn ? ownStart : null,
      parentStart: hasParent ? parentStart : null,
    };
    start += member.rows;
    if (hasOwn) ownStart += member.rows;
    if (hasParent) parentStart += member.rows;
    return placed;
  });
}

/** Forgets what only one of the two has. */
function keepCommonIn(a: Predictions, b: Predictions): void {
  for (let i = 0; i < a.values.length; i += a.width) {
    if (Number.isNaN(a.values[i]) || Number.isNaN(b.values[i])) {
      a.values.fill(Number.NaN, i, i + a.width);
      b.values.fill(Number.NaN, i, i + b.width);
    }
  }
}
