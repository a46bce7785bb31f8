import { writeFile } from 'node:fs/promises';
import type { PoolReport, PoolRequest } from './messages.ts';
import { Pool } from './pool.ts';

/** The entry point of the pool process: it lives and dies with the engine that forked it. */
const pool = new Pool(Number(process.argv[2]), send);

process.on('message', (request: PoolRequest) => {
  switch (request.kind) {
    case 'map':
      return pool.map(request.job, request.map, request.tasks);
    case 'continue':
      return pool.continue(request.job, request.tasks);
    case 'finish':
      return void pool.finish(request.job);
    case 'cancel':
      return void pool.cancel(request.job);
  }
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; what it means is the engine's owner to decide.
process.on('SIGINT', () => undefined);
// When memory runs out, Linux should end this process and not its parent. Elsewhere the file does not exist.
void writeFile('/proc/self/oom_score_adj', '500').catch(() => undefined);

function send(report: PoolReport): void {
  if (process.connected) process.send?.(report);
}
