// Loaded into every Node process of a run by NODE_OPTIONS (`--require`); acts in the pool alone: profiles its threads, and
// notes when a kernel was at work. Plain CommonJS, since threads get no other loader.
const { appendFileSync } = require('node:fs');
const { Session } = require('node:inspector');
const path = require('node:path');
const threads = require('node:worker_threads');

const FLUSH_MS = 2_000;
const SAMPLE_MICROS = 1_000;

/** One line per sample that was not idle: `thread microsecond isKernel micros`. */
function clock(file) {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: SAMPLE_MICROS });
  session.post('Profiler.start');
  setInterval(() => {
    session.post('Profiler.stop', (_, { profile }) => appendFileSync(file, linesOf(profile)));
    session.post('Profiler.start');
  }, FLUSH_MS).unref();
}

function linesOf({ nodes, samples, timeDeltas, startTime }) {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  let time = startTime;
  let lines = '';
  samples.forEach((id, i) => {
    time += timeDeltas[i];
    const { functionName, url } = frames.get(id);
    if (functionName === '(idle)') return;
    lines += `${threads.threadId} ${time} ${url.startsWith('wasm') ? 1 : 0} ${timeDeltas[i]}\n`;
  });
  return lines;
}

const file = process.env.PARTITA_KERNEL_CLOCK;
if (path.basename(process.argv[1] ?? '') === 'pool.cjs' && file !== undefined) {
  const { Worker } = threads;
  const here = JSON.stringify(__filename);
  threads.Worker = class extends Worker {
    constructor(entry, options) {
      const start = `require(${here}).clock(${JSON.stringify(file)}); require(${JSON.stringify(entry)});`;
      super(start, { ...options, eval: true });
    }
  };
}

module.exports = { clock };
