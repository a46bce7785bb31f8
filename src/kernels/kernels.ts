import { Failure } from '../domain/failure.ts';
import { KERNELS_WASM_BASE64 } from './gen/kernels-wasm.ts';
import type { KernelCalls, Pointer } from './kernel-calls.ts';

/** A module that had to grow beyond this is dropped after the work, since WebAssembly memory never shrinks. */
const KEEP_BYTES = 64 * 1024 * 1024;

type Loaded = { readonly calls: KernelCalls; readonly memory: WebAssembly.Memory };

let compiled: WebAssembly.Module | undefined;
/** One per thread: a kernel call never waits, so there is no second user. */
let loaded: Loaded | undefined;
let pollNow: () => void = doNothing;

/**
 * Runs `work` with the kernels' memory as scratch: everything put or reserved in it is given back when `work` ends,
 * however it ends. `poll` is called every millisecond or so of computing and may throw to end it. Throws
 * `Failure('limit-exceeded')` when the data doesn't fit into 4 GB.
 */
export function withKernels<Result>(poll: () => void, work: (kernels: Kernels) => Result): Result {
  loaded ??= load();
  const { calls, memory } = loaded;
  const outerPoll = pollNow;
  const mark = calls.mark();
  pollNow = poll;
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
  put(values: Float64Array | Float32Array | Int32Array): Pointer {
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
  const calls = new WebAssembly.Instance(compiled, { host }).exports as KernelCalls & {
    readonly memory: WebAssembly.Memory;
  };
  return { calls, memory: calls.memory };
}

function tooLarge(bytes: number): Failure {
  return new Failure(
    'limit-exceeded',
    `Training needs ${Math.ceil(bytes / 1048576)} MB more at once than the 4 GB of the kernels hold; take fewer rows or columns.`,
  );
}

function doNothing(): void {}
