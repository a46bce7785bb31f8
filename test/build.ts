import { execFileSync } from 'node:child_process';

/** Worker threads, the pool process and the workflow bundle are compiled code: build once, before every suite. */
export function setup(): void {
  if (process.env['PARTITA_SKIP_BUILD'] === '1') return;
  execFileSync(process.execPath, ['.bootstrap/build.mjs'], { stdio: 'inherit' });
}
