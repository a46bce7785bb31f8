// What the thread that owns this module answers.

/** Throws when the caller wants the work to end; the exception leaves the module at once. */
export declare function poll(): void;

/** Throws: the module can't have `bytes` more. */
export declare function outOfMemory(bytes: f64): void;
