import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { announceWorkerReady } from '../../src/embedded/worker-process.ts';

/** Stands for the worker's program: tells what it was given, says that it is ready, and ends at the first SIGTERM. */
const folder = process.env['PARTITA_FOLDER'] ?? '';
const { DATABASE_URL, TEMPORAL_ADDRESS, TEMPORAL_API_KEY } = process.env;
writeFileSync(
  join(folder, 'seen.json'),
  JSON.stringify({ args: process.argv.slice(2), DATABASE_URL, TEMPORAL_ADDRESS, TEMPORAL_API_KEY }),
);
if (process.env['BREAKS'] === '1') throw new Error('the bundle is broken');
announceWorkerReady(folder);
const stay = setInterval(() => undefined, 1_000_000);
process.once('SIGTERM', () => clearInterval(stay));
