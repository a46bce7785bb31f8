import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerPython } from '../bench/peer-python.ts';

const SCRIPTS = ['estimators', 'features', 'learners', 'metrics', 'mljs', 'trees', 'unsupervised'];

/** Tables that no stored answer was made of; a number of your own, to ask of others. */
const SEED = process.env['PARTITA_ORACLE_SEED'] ?? '1';

/**
 * Has scikit-learn, LightGBM, scipy and shap answer now, before the tests that compare us with them. On one thread:
 * LightGBM's wait for each other by spinning, which takes minutes beside anything else.
 */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'partita-oracle-'));
  const python = peerPython();
  for (const name of SCRIPTS) {
    const script = join('test/fixtures/sklearn', `make-${name}.py`);
    const env = { ...process.env, OMP_NUM_THREADS: '1' };
    execFileSync(python, [script, '--seed', SEED, '--into', folder], { stdio: 'inherit', env });
  }
  process.env['PARTITA_ORACLE'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
