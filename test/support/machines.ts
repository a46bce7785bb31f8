import type { Frame } from '../../src/frame/frame.ts';
import { hashRows } from '../../src/frame/row-hash.ts';
import type {
  PartitionContext,
  PartitionData,
  PartitionRef,
  PartitionResult,
} from '../../src/partition/partition-function.ts';
import {
  type ArgsOf,
  type FactsOf,
  type FunctionName,
  findPartitionFunction,
} from '../../src/partition/registry.ts';
import { experiment } from '../../src/spec/parse-spec.ts';
import type { Spec, SpecInput } from '../../src/spec/spec.ts';
import { frameOf, numbers, texts, times } from '../features/frames.ts';
import { seededDraws } from './draws.ts';

export const STATUSES = ['active', 'idle', 'off'];

/** Machines of several types whose readings mean different states in each type; rows type after type, gaps included. */
export function machineFrame(rowsOfType: { readonly [type: string]: number }, seed = 1): Frame {
  const rows = Object.entries(rowsOfType).flatMap(([type, count], t) => {
    const draws = seededDraws(seed + 1000 * t);
    return Array.from({ length: count }, (_, i) => {
      const rpm = 900 + 300 * draws.normal();
      const load = draws.uniform();
      const site = ['north', 'south', 'west'][draws.integer(3)] as string;
      const active = t % 2 === 0 ? rpm > 900 : load > 0.5;
      const status = active ? 'active' : site === 'west' ? 'off' : 'idle';
      return {
        type,
        reading: `r${t}-${i}`,
        moment: new Date(Date.UTC(2026, 0, 1, 0, 10 * i)).toISOString(),
        rpm: draws.uniform() < 0.05 ? null : rpm,
        load,
        site: draws.uniform() < 0.05 ? null : site,
        status: draws.uniform() < 0.05 ? (STATUSES[draws.integer(3)] as string) : status,
        power: rpm * (t + 1) * 0.1 + 50 * load + 5 * draws.normal(),
      };
    });
  });
  return frameOf(
    texts(
      'type',
      rows.map((row) => row.type),
    ),
    texts(
      'reading',
      rows.map((row) => row.reading),
    ),
    times(
      'moment',
      rows.map((row) => row.moment),
    ),
    numbers(
      'rpm',
      rows.map((row) => row.rpm),
    ),
    numbers(
      'load',
      rows.map((row) => row.load),
    ),
    texts(
      'site',
      rows.map((row) => row.site),
    ),
    texts(
      'status',
      rows.map((row) => row.status),
    ),
    numbers(
      'power',
      rows.map((row) => row.power),
    ),
  );
}

/** A spec over `machineFrame`: classification by status, or what `change` says. */
export function machineSpec(change: Partial<SpecInput> = {}): Spec {
  return experiment({
    version: 1,
    name: 'machines',
    data: { source: { kind: 'csv', path: 'machines.csv' } },
    partition: { by: 'type' },
    target: { column: 'status', task: 'classification' },
    columns: { id: 'reading', drop: ['power'] },
    algorithms: ['baseline', 'logistic', { random_forest: { trees: 15 } }],
    ...change,
  }).spec;
}

/** What a partition function gets: the frame as one partition (or a union of the ranges), profiled folds included. */
export function partitionData(
  frame: Frame,
  spec: Spec,
  { text = 'type=car', ranges = [{ start: 0, count: frame.rowCount }] }: Partial<PartitionRef> = {},
): PartitionData & { readonly folds: Uint8Array } {
  const rowHashes = hashRows(frame);
  const data = { partition: { id: text, text, ranges }, frame, rowHashes, inputs: new Map() };
  const folds = run('profile', data, { spec, cutoffs: [] }).blobs.get('folds') as Uint8Array;
  return { ...data, folds };
}

/** Calls a built-in partition function in this process; arguments and facts have been JSON, as in any engine. */
export function run<Name extends FunctionName>(
  name: Name,
  data: PartitionData,
  args: ArgsOf<Name>,
  context: Partial<PartitionContext> = {},
): PartitionResult<FactsOf<Name>> {
  const result = findPartitionFunction(name)(data, throughJson(args), {
    stop: new Int32Array(1),
    log: () => undefined,
    ...context,
  });
  return { ...result, facts: throughJson(result.facts) };
}

function throughJson<Data>(data: Data): Data {
  return JSON.parse(JSON.stringify(data)) as Data;
}
