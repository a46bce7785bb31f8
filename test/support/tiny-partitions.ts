import type { Digest } from '../../src/domain/digest.ts';
import type { Task } from '../../src/domain/metric.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import type { Frame } from '../../src/frame/frame.ts';
import { hashRows } from '../../src/frame/row-hash.ts';
import { type Choosable, chooseModels } from '../../src/partition/choice.ts';
import type { SideArgs } from '../../src/partition/evaluate-facts.ts';
import type { PartitionData } from '../../src/partition/partition-function.ts';
import { predictionsFromBytes } from '../../src/partition/predictions.ts';
import { modelInput } from '../../src/partition/score-rows.ts';
import type { TrainFacts } from '../../src/partition/train-facts.ts';
import type { SpecInput } from '../../src/spec/spec.ts';
import { frameOf, numbers, texts } from '../features/frames.ts';
import { type Draws, seededDraws } from './draws.ts';
import { machineSpec, partitionData, run } from './machines.ts';

export const PARTITIONS = 60;
const FRESH_ROWS = 300;
const SHARED = [1, -1, 0.5];
const NAMES = ['a', 'b', 'c'];
const CLASSES = ['no', 'yes'];

/** How far a partition's function is from the shared one, by its place. */
export type World = { readonly task: Task; readonly spread: (place: number) => number };

/** Trains, evaluates and chooses as a run does; mean squared errors on fresh rows, over the partitions. */
export function trial({ task, spread }: World, seed: number) {
  const draws = seededDraws(seed);
  const functions = Array.from({ length: PARTITIONS }, (_, place) =>
    SHARED.map((beta) => beta + spread(place) * draws.normal()),
  );
  const sizes = functions.map(() => 3 + draws.integer(28));
  const rowsOf = (place: number, count: number): Frame =>
    drawn(draws, task, { place, beta: functions[place] as readonly number[], count });
  const world = new TinyWorld(
    task,
    sizes.map((count, place) => rowsOf(place, count)),
  );
  const choices = chooseModels(world.choosable, world.globalModel);
  const errors = choices.map(({ model, blend }, place) => {
    const fresh = rowsOf(place, FRESH_ROWS);
    const error = (digests: readonly (Digest | null)[], weights: readonly number[]) =>
      world.errorOn(fresh, place, digests, weights);
    const ownModel = world.choosable[place]?.model ?? world.globalModel;
    const parts = blend?.parts ?? [{ model, weight: 1 }];
    return {
      own: error([ownModel], [1]),
      global: error([world.globalModel], [1]),
      served: error(
        parts.map((part) => part.model),
        parts.map(({ weight }) => weight),
      ),
    };
  });
  const mean = (side: 'own' | 'global' | 'served'): number =>
    errors.reduce((sum, error) => sum + error[side], 0) / errors.length;
  return {
    own: mean('own'),
    global: mean('global'),
    served: mean('served'),
    answered: choices.filter(({ model }) => model !== null).length,
  };
}

/** All partitions of a table with their models, as far as a run has them when it chooses. */
class TinyWorld {
  readonly choosable: readonly Choosable[];
  readonly globalModel = digestBytes('global');
  readonly #models = new Map<Digest | null, Uint8Array>();
  readonly #args;

  constructor(task: Task, frames: readonly Frame[]) {
    const classes = task === 'classification' ? CLASSES : [];
    const spec = machineSpec({
      partition: { by: 'key', on_small: 'shrink' },
      target: { column: 'y', task },
      columns: {},
      algorithms: ['baseline', task === 'regression' ? 'ridge' : 'logistic'],
    } satisfies Partial<SpecInput>);
    this.#args = { spec, task, classes };
    const tables = frames.map((frame, place) =>
      partitionData(frame, spec, { text: `key=${place}` }),
    );
    const global = run('train', unionOf(tables), { ...this.#args, scope: 'global' });
    this.#models.set(this.globalModel, global.blobs.get('model') as Uint8Array);
    const predictions = global.blobs.get('predictions') as Uint8Array;
    const rowBytes = (spec.candidates.length + 1) * Math.max(1, classes.length) * 8;
    let start = 0;
    this.choosable = tables.map((data, place): Choosable => {
      const own = run('train', data, { ...this.#args, scope: 'own' });
      const end = start + data.frame.rowCount;
      const inputs = new Map([
        ['own', own.blobs.get('predictions') as Uint8Array],
        ['global', predictions.slice(start * rowBytes, end * rowBytes)],
      ]);
      start = end;
      const sides = { own: sideOf(own.facts), global: sideOf(global.facts) };
      const args = { ...this.#args, ...sides, isBlended: true as const };
      const { errors } = run('evaluate', { ...data, inputs }, args).facts;
      const bytes = own.blobs.get('model');
      const model = bytes === undefined ? null : digestBytes(`own ${place}`);
      if (bytes !== undefined) this.#models.set(model, bytes);
      return {
        partitionId: `${place}`,
        decision: { kind: 'shrink', reason: 'too_small' },
        model,
        isReused: false,
        failure: null,
        comparison: null,
        errors: errors ?? null,
      };
    });
  }

  /** Mean squared error of the value, or of all probabilities. */
  errorOn(
    frame: Frame,
    place: number,
    digests: readonly (Digest | null)[],
    weights: readonly number[],
  ): number {
    const { task, classes } = this.#args;
    const inputs = new Map(
      digests.map((digest, i) => [modelInput(i), this.#models.get(digest) as Uint8Array]),
    );
    const ranges = [{ start: 0, count: frame.rowCount }];
    const partition = { id: `${place}`, text: `key=${place}`, ranges };
    const data = { partition, frame, rowHashes: hashRows(frame), inputs };
    const { blobs } = run('score', data, { task, classes, weights });
    const bytes = blobs.get('predictions') as Uint8Array;
    const { values } = predictionsFromBytes(bytes, 1, Math.max(1, classes.length));
    const truths = truthsOf(frame, task);
    return values.reduce((sum, value, i) => sum + (value - (truths[i] as number)) ** 2, 0);
  }
}

/** As predictions are: the value, or 1 for the class and 0 for the other. */
function truthsOf({ columns }: Frame, task: Task): readonly number[] {
  const target = columns.find(({ name }) => name === 'y');
  if (target?.kind === 'number') return [...target.values];
  if (target?.kind !== 'category' || task === 'regression') throw new Error('There is no target.');
  return [...target.codes].flatMap((code) => (target.levels[code] === 'yes' ? [0, 1] : [1, 0]));
}

function drawn(
  draws: Draws,
  task: Task,
  {
    place,
    beta,
    count,
  }: { readonly place: number; readonly beta: readonly number[]; readonly count: number },
): Frame {
  const x = NAMES.map(() => Array.from({ length: count }, () => draws.normal()));
  const linear = Array.from({ length: count }, (_, i) =>
    beta.reduce((sum, value, k) => sum + value * (x[k]?.[i] as number), 0),
  );
  const target =
    task === 'regression'
      ? numbers(
          'y',
          linear.map((value) => value + draws.normal()),
        )
      : texts(
          'y',
          linear.map((value) => (draws.uniform() < 1 / (1 + Math.exp(-value)) ? 'yes' : 'no')),
        );
  const key = texts(
    'key',
    linear.map(() => String(place).padStart(2, '0')),
  );
  return frameOf(key, ...NAMES.map((name, k) => numbers(name, x[k] as number[])), target);
}

/** Every row of every partition, member after member. */
function unionOf(
  tables: readonly (PartitionData & { readonly folds: Uint8Array })[],
): PartitionData {
  const columns = tables[0]?.frame.columns ?? [];
  const frame = frameOf(
    ...columns.map(({ name, kind }) => {
      const cells = tables.flatMap((table) => cellsOf(table.frame, name));
      return kind === 'number'
        ? numbers(name, cells as number[])
        : texts(name, cells as (string | null)[]);
    }),
  );
  return {
    partition: { id: 'all', text: '(all)', ranges: [{ start: 0, count: frame.rowCount }] },
    frame,
    rowHashes: hashRows(frame),
    folds: Uint8Array.from(tables.flatMap(({ folds }) => [...folds])),
    inputs: new Map(),
  };
}

function cellsOf(frame: Frame, name: string): readonly (number | string | null)[] {
  const column = frame.columns.find((one) => one.name === name);
  if (column?.kind === 'number') return [...column.values];
  if (column?.kind !== 'category') throw new Error(`There is no column ${name}.`);
  return [...column.codes].map((code) => column.levels[code] ?? null);
}

function sideOf({ candidates, best, bestWithout }: TrainFacts): SideArgs | null {
  return best === null ? null : { candidates: candidates.length, best, bestWithout };
}
