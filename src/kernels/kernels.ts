import { Failure } from '../domain/failure.ts';
import { KERNELS_WASM_BASE64 } from './gen/kernels-wasm.ts';
import type { KernelCalls, Pointer } from './kernel-calls.ts';

/** Of 64 KiB: what the module begins with, and the most that its 32-bit addresses reach (both as the build says). */
const PAGE_BYTES = 65_536;
const FIRST_PAGES = 16;
const MOST_PAGES = 65_535;

/** A module that had to grow beyond this is dropped after the work, since WebAssembly memory never shrinks. */
const KEEP_BYTES = 64 * 1024 * 1024;

type Loaded = { readonly calls: KernelCalls; readonly memory: WebAssembly.Memory };

let compiled: WebAssembly.Module | undefined;
/** One per thread: a kernel call never waits, so there is no second user. */
let loaded: Loaded | undefined;
let pollNow: () => void = doNothing;
let mostPages = MOST_PAGES;

/** How far the kernels' memory may grow on this thread from now on; without a limit it is 4 GB. */
export function limitKernelMemory(megabytes: number): void {
  const pages = Math.floor((megabytes * 2 ** 20) / PAGE_BYTES);
  const limit = Math.max(FIRST_PAGES, Math.min(MOST_PAGES, pages));
  if (limit !== mostPages) loaded = undefined;
  mostPages = limit;
}

/**
 * Runs `work` with the kernels' memory as scratch: everything put or reserved in it is given back when `work` ends,
 * however it ends. `poll` is called every millisecond or so of computing and may throw to end it; so is that of the work
 * which this is part of. Throws
 * `Failure('limit-exceeded')` when the data doesn't fit into 4 GB, and a `RangeError` when not into `limitKernelMemory`.
 */
export function withKernels<Result>(poll: () => void, work: (kernels: Kernels) => Result): Result {
  loaded ??= load();
  const { calls, memory } = loaded;
  const outerPoll = pollNow;
  const mark = calls.mark();
  pollNow = outerPoll === doNothing ? poll : inTurn(outerPoll, poll);
  try {
    return work(new Kernels(calls, memory));
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) loaded = undefined;
    throw error;
  } finally {
    pollNow = outerPoll;
    calls.release(mark);
    if (memory.buffer.byteLength > KEEP_BYTES) loaded = undefined;
  }
}

/** Ends work outside the kernels where a call of them would end: when the work that it is part of is to end. */
export function pollWork(): void {
  pollNow();
}

/** Bytes that the kernels of this thread hold now. */
export function kernelMemoryBytes(): number {
  return loaded?.memory.buffer.byteLength ?? 0;
}

/** The kernels' functions, and their memory: copies in, copies out. */
export class Kernels {
  readonly calls: KernelCalls;
  private readonly memory: WebAssembly.Memory;

  constructor(calls: KernelCalls, memory: WebAssembly.Memory) {
    this.calls = calls;
    this.memory = memory;
  }

  /** `bytes` of memory at a multiple of 16, with whatever was there before. */
  reserve(bytes: number): Pointer {
    if (bytes > 0xffff_0000) throw tooLarge(bytes);
    return this.calls.allocate(bytes) >>> 0;
  }

  reserveDoubles(count: number): Pointer {
    return this.reserve(count * 8);
  }

  /** A copy of the array's bytes in the kernels' memory. */
  put(values: Float64Array | Float32Array | Int32Array | Uint8Array): Pointer {
    const at = this.reserve(values.byteLength);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    new Uint8Array(this.memory.buffer, at, values.byteLength).set(bytes);
    return at;
  }

  /** A window on the memory, good until the next call that may allocate. */
  doublesAt(at: Pointer, count: number): Float64Array {
    return new Float64Array(this.memory.buffer, at >>> 0, count);
  }

  singlesAt(at: Pointer, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, at >>> 0, count);
  }

  bytesAt(at: Pointer, count: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at >>> 0, count);
  }

  integersAt(at: Pointer, count: number): Int32Array {
    return new Int32Array(this.memory.buffer, at >>> 0, count);
  }
}

function load(): Loaded {
  compiled ??= new WebAssembly.Module(Buffer.from(KERNELS_WASM_BASE64, 'base64'));
  const host = {
    poll: (): void => pollNow(),
    outOfMemory: (bytes: number): never => {
      throw tooLarge(bytes);
    },
  };
  const memory = new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: mostPages });
  const { exports } = new WebAssembly.Instance(compiled, { host, env: { memory } });
  return { calls: exports as KernelCalls, memory };
}

/** A memory that is full is told in the words of the engine's own, `isOutOfMemory` knows both. */
function tooLarge(bytes: number): Error {
  const more = `${Math.ceil(bytes / 2 ** 20)} MB more`;
  if (mostPages < MOST_PAGES)
    return new RangeError(
      `Training was unable to grow its memory by ${more} within the limit of ${(mostPages * PAGE_BYTES) / 2 ** 20} MB. Raise limits.per_partition.memory_mb, or take fewer rows or columns.`,
    );
  return new Failure(
    'limit-exceeded',
    `Training needs ${more} at once than the 4 GB of the kernels hold; take fewer rows or columns.`,
  );
}

function inTurn(first: () => void, second: () => void): () => void {
  return () => {
    first();
    second();
  };
}

function doNothing(): void {}
