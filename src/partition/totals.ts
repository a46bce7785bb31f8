import { TRAINING_ONLY } from '../estimators/folds.ts';
import { pooledBand, type Span } from './band.ts';
import type { SideScores, TotalsArgs, TotalsFacts } from './facts.ts';
import type { PartitionData, PartitionResult } from './partition-function.ts';
import { plotFacts } from './plots.ts';
import {
  createPredictions,
  outputWidth,
  type Predictions,
  predictionsFromBytes,
} from './predictions.ts';
import { type Side, sideScores } from './side-scores.ts';
import { truthOf } from './truth.ts';

/** Rows of the union that one member has, and where its own predictions begin (null = none). */
type MemberRows = TotalsArgs['members'][number] & {
  readonly start: number;
  readonly ownStart: number | null;
};

/** The metric pooled over the rows of many partitions (`TotalsFacts`): never an average of averages. */
export function totals(data: PartitionData, args: TotalsArgs): PartitionResult<TotalsFacts> {
  const { folds } = data;
  if (folds === undefined) throw new RangeError('Totals need the folds of their rows.');
  const truth = truthOf(data.frame, args, folds);
  const pool = new Pool(data, folds, args);
  const score = (side: Side | null): SideScores | null => side && sideScores(truth, side, folds);
  const { own, global } = pool.paired();
  const everywhere = pool.global;
  const globalEverywhere = score(everywhere);
  const reachEverywhere = globalEverywhere?.band?.reach ?? null;
  /** Every partition has intervals of its own width. */
  const scoreEach = (side: Side | null, who: 'own' | 'global' | 'served'): SideScores | null => {
    const scores = score(side);
    if (side === null || scores === null) return scores;
    const spans = pool.spans(who, reachEverywhere);
    const band = pooledBand(truth, side, folds, spans);
    return band === undefined ? scores : { ...scores, band };
  };
  const facts: TotalsFacts = {
    own: scoreEach(own, 'own'),
    global: scoreEach(global, 'global'),
    served: scoreEach(pool.served(), 'served'),
    globalEverywhere,
    globalPlots: everywhere && plotFacts(truth, everywhere, folds),
  };
  return { facts, blobs: new Map() };
}

/** The layers that a member's predictions become: of the best candidate, the nested ones, and those of the holdout. */
const LAYERS = 3;
const BEST = 0;
const NESTED_WITHOUT_ANY: Side['bestWithout'] = Array.from({ length: TRAINING_ONLY }, () => 1);

/** Predictions of all members brought into one place. */
class Pool {
  readonly global: Side | null;
  readonly #own: Predictions | null;
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
        : predictionsFromBytes(bytes, args.candidates + 1, this.#width);
    };
    this.#own = layersOf('own');
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

  /** Every row by the model that answers for its member. */
  served(): Side | null {
    const served = this.#empty();
    for (const member of this.#members) {
      if (member.served === 'own') this.#copyOwnInto(member, served);
      if (member.served === 'global') this.#copyGlobalInto(member, served);
    }
    const isAnswered = this.#members.some((member) => member.served !== 'none');
    return isAnswered ? this.#pooled(served) : null;
  }

  /** Where a member has too few rows for intervals of its own, the model without partition has those of all rows. */
  spans(
    who: 'own' | 'global' | 'served',
    reachEverywhere: number | null,
  ): readonly (Span & { readonly fallback: number | null })[] {
    return this.#members.map(({ start, rows, served }) => {
      const isGlobal = (who === 'served' ? served : who) === 'global';
      return { start, rows, fallback: isGlobal ? reachEverywhere : null };
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

  #copyGlobalInto(member: MemberRows, target: Predictions): void {
    if (this.global !== null) this.#copyInto(this.global, member.start, member, target);
  }

  #copyInto(
    { predictions: { layers, width, values }, best, bestWithout }: Side,
    from: number,
    { start, rows }: MemberRows,
    target: Predictions,
  ): void {
    for (let row = 0; row < rows; row++) {
      const nested = bestWithout[this.#folds[start + row] as number] ?? best;
      for (const [i, layer] of [best, nested, layers - 1].entries()) {
        const at = ((from + row) * layers + layer) * width;
        target.values.set(values.subarray(at, at + width), ((start + row) * LAYERS + i) * width);
      }
    }
  }
}

function placeMembers(members: TotalsArgs['members']): readonly MemberRows[] {
  let start = 0;
  let ownStart = 0;
  return members.map((member) => {
    const placed = { ...member, start, ownStart: member.best === null ? null : ownStart };
    start += member.rows;
    if (member.best !== null) ownStart += member.rows;
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
