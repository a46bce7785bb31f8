import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PEER_PACKAGES = ['scikit-learn==1.9.1', 'lightgbm==4.7.0', 'pandas', 'joblib'];

/** Python with the peer's packages in a virtual environment that is kept between benchmarks. */
export function peerPython(): string {
  const tools = join(process.cwd(), '.partita/tools');
  const venv = join(tools, 'bench-peer');
  const python = join(venv, 'bin/python');
  if (existsSync(join(venv, 'ready'))) return python;
  mkdirSync(tools, { recursive: true });
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...PEER_PACKAGES], { stdio: 'inherit' });
  writeFileSync(join(venv, 'ready'), '');
  return python;
}
