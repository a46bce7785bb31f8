import { appendFileSync } from 'node:fs';

/** Partition functions for the engines' contract suite: what a user's module may do, good and bad. */

/** @typedef {import('../../src/partition/partition-function.ts').PartitionFunction} PartitionFunction */

const nothing = { facts: {}, blobs: new Map() };

/** @type {PartitionFunction} */
export function summarise({ partition, frame, folds, rowHashes, inputs }, args) {
  const [numbers] = frame.columns;
  const values = numbers?.kind === 'number' ? numbers.values : new Float64Array();
  const levels = frame.columns.flatMap((column) =>
    column.kind === 'category' ? [column.levels] : [],
  );
  const texts = Object.fromEntries(
    [...inputs].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]),
  );
  const facts = {
    partition: partition.text,
    rows: frame.rowCount,
    values: frame.rowCount <= 100 ? [...values] : [],
    sum: values.reduce((sum, value) => sum + value, 0),
    hashBytes: rowHashes.length,
    folds: folds === undefined || frame.rowCount > 100 ? [] : [...folds],
    levels,
    texts,
    args,
  };
  const doubled = new Uint8Array(Float64Array.from(values, (value) => value * 2).buffer);
  return { facts, blobs: new Map([['doubled', doubled]]) };
}

/** Everything that a function sees. @type {PartitionFunction} */
export function look({ partition, frame, folds, rowHashes, inputs }, args) {
  const columns = frame.columns.map((column) => {
    switch (column.kind) {
      case 'number':
        return [column.name, [...column.values].map((value) => String(value))];
      case 'time':
        return [column.name, [...column.micros].map((value) => String(value))];
      case 'category':
        return [column.name, [...column.codes], column.levels];
    }
  });
  const facts = { partition: { ...partition }, rows: frame.rowCount, columns, args };
  const blobs = new Map([['hashes', Uint8Array.from(rowHashes)], ...inputs]);
  if (folds !== undefined) blobs.set('folds', Uint8Array.from(folds));
  return { facts, blobs };
}

/** Leaves its name in a file, so that whoever runs it twice is found out. @type {PartitionFunction} */
export function signTheBook({ partition }, { book, waitMs }) {
  appendFileSync(/** @type {string} */ (book), `${partition.text}\n`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(waitMs));
  return { facts: { partition: partition.text }, blobs: new Map() };
}

/** Which process it runs in. @type {PartitionFunction} */
export function tellProcess() {
  return { facts: { pid: process.pid }, blobs: new Map() };
}

/** @type {PartitionFunction} */
export function misbehave({ partition, inputs }, args, { log, stop }) {
  const how = /** @type {string | undefined} */ (args[partition.text]);
  switch (how) {
    case 'throw':
      throw new Error(`I do not like ${partition.text}`);
    case 'exit':
      log('about to leave');
      return process.exit(3);
    case 'kill process':
      return process.kill(process.pid, 'SIGKILL');
    case 'loop':
      console.log('looping');
      for (;;);
    case 'loop politely':
      while (Atomics.load(stop, 0) === 0);
      return nothing;
    case 'fill heap':
      return { facts: { length: fillHeap().length }, blobs: new Map() };
    case 'fill buffers':
      return { facts: {}, blobs: new Map([['huge', new Uint8Array(2 ** 53)]]) };
    case 'give a function':
      return { facts: { f: () => 1 }, blobs: new Map() };
    case 'give numbers':
      return { facts: {}, blobs: new Map([['numbers', Float64Array.of(1)]]) };
    case 'give nothing':
      return undefined;
    case 'talk':
      log('first');
      console.log('second', { third: 3 });
      console.error('fourth');
      return nothing;
    case 'talk much':
      for (let line = 0; line < 20_000; line++) log(`line ${line}`);
      return nothing;
    case 'look at the environment':
      return { facts: { environment: { ...process.env } }, blobs: new Map() };
    case undefined:
    default:
      return { facts: { inputs: inputs.size }, blobs: new Map() };
  }
}

function fillHeap() {
  const rows = [];
  for (;;) rows.push({ text: `row ${rows.length}`, cells: [rows.length] });
}
