import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Room → the rooms that it may import values or types from. This table is the documentation. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'src/domain': [],
  'src/frame': ['src/domain'],
  'src/kernels': ['src/domain'],
  'src/onnx': ['src/domain'],
  'src/estimators': ['src/domain', 'src/frame', 'src/kernels', 'src/onnx'],
  'src/spec': ['src/domain', 'src/frame', 'src/estimators'],
  'src/features': [
    'src/domain',
    'src/frame',
    'src/estimators',
    'src/spec',
    'src/onnx',
    'src/partition (types)',
  ],
  'src/partition': [
    'src/domain',
    'src/frame',
    'src/estimators',
    'src/features',
    'src/spec',
    'src/onnx',
  ],
  'src/engines': [
    'src/domain',
    'src/frame',
    'src/kernels',
    'src/partition',
    'src/sources',
    'src/spec (types)',
    // How objects lie in their folder: executors write there.
    'src/stores/objects',
  ],
  'src/sources': ['src/domain', 'src/frame', 'src/spec'],
  'src/stores': [
    'src/domain',
    'src/frame',
    'src/spec (types)',
    'src/partition (types)',
    'src/sources (types)',
  ],
  // Who answers of a run, and how it does on new rows.
  'src/serving': [
    'src/domain',
    'src/frame',
    'src/partition',
    'src/stores',
    'src/engines (types)',
    'src/sources (types)',
    'src/spec (types)',
  ],
  'src/report': [
    'src/domain',
    'src/spec (types)',
    'src/partition (types)',
    'src/sources (types)',
    'src/stores (types)',
  ],
  activities: [
    'src/domain',
    'src/frame',
    'src/spec',
    'src/partition',
    'src/engines',
    'src/sources',
    'src/stores',
    'src/serving',
    'src/report',
    'src/estimators',
  ],
  workflows: ['src/domain', 'activities (types)'],
  migrations: ['src/domain'],
  'src/temporal': ['src/domain', 'workflows (types)', 'activities (types)'],
  'src/operations': [
    'src/domain',
    'src/frame',
    'src/estimators',
    'src/spec',
    'src/partition',
    'src/engines',
    'src/sources',
    'src/stores',
    'src/serving',
    'src/report',
    'src/temporal',
    'src/exchange',
    'src/embedded',
    'examples',
  ],
  // What leaves for systems of others.
  'src/exchange': ['src/domain', 'src/frame', 'src/stores (types)'],
  'src/embedded': ['src/domain', 'src/frame', 'src/config'],
  'src/web': [
    'src/domain',
    'src/frame',
    'src/spec',
    'src/report',
    'src/embedded',
    'src/operations (types)',
    'src/stores (types)',
  ],
  // What runs in a browser: types of the contract, and what is pure.
  'src/web/client': ['src/web (types)'],
  'src/web/app': [
    'src/domain',
    'src/report',
    'src/web/client',
    'src/web (types)',
    'src/spec (types)',
    'src/spec/written',
    'src/partition (types)',
  ],
  'src/cli': [
    'src/domain',
    'src/frame',
    'src/spec',
    'src/report',
    'src/embedded',
    'src/config',
    'src/compose',
    'src/web',
    'src/operations (types)',
  ],
  'src/config': ['src/domain'],
};

/** npm package (or built-in) → the files that may import it: one door each. */
const DOORS: Record<string, RegExp> = {
  '@aws-sdk': /^src\/stores\/objects\/s3\/bucket\.ts$/,
  'apache-arrow': /^src\/frame\/arrow[\w-]*\.ts$/,
  '@duckdb/node-api': /^src\/frame\/duckdb[\w-]*\.ts$/,
  kysely: /^(src\/stores\/postgres|migrations)\//,
  pg: /^src\/(stores\/postgres\/|sources\/postgres|embedded\/)/,
  'ml-pls': /^src\/estimators\/mljs/,
  'ml-knn': /^src\/estimators\/mljs/,
  'ml-cart': /^src\/estimators\/mljs/,
  'ml-random-forest': /^src\/estimators\/mljs/,
  'ml-matrix': /^src\/estimators\/mljs/,
  'ml-regression-multivariate-linear': /^src\/estimators\/mljs/,
  'libsvm-js': /^src\/estimators\/mljs/,
  '@temporalio/workflow': /^workflows\//,
  '@temporalio/activity': /^activities\//,
  '@temporalio/common': /^(activities\/|src\/temporal\/)/,
  '@temporalio/client': /^src\/(temporal\/|operations\/context\.ts)/,
  '@temporalio/worker': /^src\/temporal\//,
  '@temporalio/interceptors-opentelemetry': /^(workflows|src\/temporal)\/tracing\.ts$/,
  '@opentelemetry': /^src\/temporal\/tracing\.ts$/,
  '@grpc/grpc-js': /^src\/engines\/spark\/connect\//,
  '@grpc/proto-loader': /^src\/engines\/spark\/connect\//,
  'node:worker_threads': /^src\/engines\/thread\//,
  commander: /^src\/cli\//,
  hono: /^src\/web\//,
  '@hono/node-server': /^src\/web\/listen\.ts$/,
  'cli-progress': /^src\/cli\//,
  yaml: /^src\/spec\//,
  canonicalize: /^src\/frame\/digest\.ts$/,
  react: /^src\/web\/app\//,
  '@observablehq/plot': /^src\/web\/app\/charts\//,
  '@xyflow/react': /^src\/web\/app\/parts\/graph\//,
  elkjs: /^src\/web\/app\/parts\/graph\//,
};

type Import = { readonly file: string; readonly target: string; readonly isType: boolean };

describe('architecture', () => {
  const files = ['src', 'workflows', 'activities', 'migrations'].flatMap((folder) =>
    listSources(folder),
  );
  const imports = files.flatMap(importsOf);

  it('lets every room import only the rooms below it', () => {
    const forbidden = imports.filter(
      ({ file, target, isType }) =>
        target.startsWith('.') && !isAllowed(file, resolve(file, target), isType),
    );
    expect(forbidden.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  it('opens one door per npm package', () => {
    const strays = imports.filter(({ file, target }) => {
      const door = Object.entries(DOORS).find(
        ([name]) => target === name || target.startsWith(`${name}/`),
      );
      return door !== undefined && !door[1].test(file);
    });
    expect(strays.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  it('reads the environment in one file, and what Spark says to a worker in another', () => {
    const readers = files.filter((file) =>
      /process\.env\b/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(readers).toEqual(['src/config.ts', 'src/engines/spark/worker/environment.ts']);
  });

  it('names no file or folder after nothing', () => {
    const vague = /(^|[/-])(utils?|helpers?|common|shared|types|misc|manager|service)(\.|\/|-|$)/;
    expect(files.filter((file) => vague.test(file))).toEqual([]);
  });

  it('has no import cycle', () => {
    expect(findCycle(files, imports)).toEqual([]);
  });
});

function listSources(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    if (path === 'src/kernels/assembly' || name === 'gen') return [];
    if (statSync(join(root, path)).isDirectory()) return listSources(path);
    return /\.tsx?$/.test(path) && !path.endsWith('.d.ts') ? [path] : [];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const pattern = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;
  return [...text.matchAll(pattern)].map((match) => ({
    file,
    target: match[2] as string,
    isType: match[1] !== undefined,
  }));
}

function resolve(file: string, target: string): string {
  return relative(root, join(root, dirname(file), target));
}

function roomOf(file: string): string {
  if (file.startsWith('src/web/app/')) return 'src/web/app';
  if (file === 'src/web/client.ts') return 'src/web/client';
  const [first, second] = file.split('/') as [string, string];
  return first === 'src' ? `src/${second.replace(/\.ts$/, '')}` : first;
}

function isAllowed(file: string, target: string, isType: boolean): boolean {
  const from = roomOf(file);
  const to = roomOf(target);
  if (from === to || from === 'src/compose' || from === 'src/index') return true;
  const allowed = MAY_IMPORT[from] ?? [];
  const isInside = allowed.some((folder) => target.startsWith(`${folder}/`));
  return isInside || allowed.includes(to) || (isType && allowed.includes(`${to} (types)`));
}

/** The files of one cycle of value imports, or nothing. */
function findCycle(files: readonly string[], imports: readonly Import[]): readonly string[] {
  const edges = new Map<string, string[]>(files.map((file) => [file, []]));
  for (const { file, target, isType } of imports) {
    if (!isType && target.startsWith('.')) edges.get(file)?.push(resolve(file, target));
  }
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): readonly string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    path.push(file);
    for (const next of edges.get(file) ?? []) {
      const cycle = visit(next);
      if (cycle.length > 0) return cycle;
    }
    path.pop();
    done.add(file);
    return [];
  };
  for (const file of files) {
    const cycle = visit(file);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
