import { readConfig } from '../../src/config.ts';
import { ensureStack } from '../../src/embedded/stack.ts';

/** A process of its own that brings the stack up, tells where it is in one line of JSON, and stays until it is killed. */
const stack = await ensureStack({
  config: readConfig(),
  migrate: async () => undefined,
  worker: false,
  say: () => undefined,
});
console.log(JSON.stringify(stack));
setInterval(() => undefined, 1_000_000);
