import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PEER_PACKAGES = [
  'scikit-learn==1.9.1',
  'lightgbm==4.7.0',
  'scipy==1.17.1',
  'numpy==2.4.6',
  'shap==0.51.0',
  'pandas',
  'joblib',
].join(' ');

/** Python with the peer's packages in a virtual environment that is kept for the next time. */
export function peerPython(): string {
  const venv = join(process.cwd(), '.partita/tools/peer');
  const python = join(venv, 'bin/python');
  const done = join(venv, 'packages.txt');
  if (existsSync(done) && readFileSync(done, 'utf8') === PEER_PACKAGES) return python;
  mkdirSync(venv, { recursive: true });
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
  const install = ['-m', 'pip', 'install', '--quiet', ...PEER_PACKAGES.split(' ')];
  execFileSync(python, install, { stdio: 'inherit' });
  writeFileSync(done, PEER_PACKAGES);
  return python;
}
