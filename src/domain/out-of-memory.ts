/** True for what V8 and WebAssembly, and our kernels on them, throw when a buffer or a memory can't grow. */
export function isOutOfMemory(error: unknown): boolean {
  return (
    error instanceof RangeError &&
    /allocation failed|could not allocate memory|unable to grow|invalid typed array length/i.test(
      error.message,
    )
  );
}
