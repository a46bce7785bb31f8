'use strict';

// Preloaded into processes (`node --require`): those that are no command of a person's are off by the milliseconds that the
// file of PARTITA_TEST_CLOCK holds, from the moment they stand there. Timers and `performance` keep the machine's time.
const { readFileSync } = require('node:fs');

const READ_EVERY_MS = 20;
const now = Date.now;
let offset = 0;
let readAt = Number.NEGATIVE_INFINITY;

function shifted() {
  if (performance.now() - readAt > READ_EVERY_MS) {
    readAt = performance.now();
    try {
      offset = Number(readFileSync(process.env.PARTITA_TEST_CLOCK, 'utf8'));
    } catch {
      offset = 0;
    }
  }
  return now() + offset;
}

const isCommand = process.argv[1]?.endsWith('partita.js') && !process.argv.includes('worker');
if (!isCommand) {
  Date.now = shifted;
  globalThis.Date = new Proxy(Date, {
    construct: (target, given, made) =>
      Reflect.construct(target, given.length === 0 ? [shifted()] : given, made),
    apply: (target) => new target(shifted()).toString(),
  });
}
