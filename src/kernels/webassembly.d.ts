// The part of WebAssembly's JavaScript interface that `kernels.ts` uses: the Node typings have none, the DOM's are not ours.
declare namespace WebAssembly {
  class Memory {
    readonly buffer: ArrayBuffer;
    constructor(limits: { readonly initial: number; readonly maximum: number });
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    readonly exports: unknown;
    constructor(module: Module, imports: object);
  }
  class RuntimeError extends Error {}
}
