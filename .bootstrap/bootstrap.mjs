#!/usr/bin/env node
// `npm start`, `npm test`, `npm run bench` and .ci/run begin here, on a machine that may have nothing but Node: plain
// Node without packages installs what is missing, builds, fetches the Temporal server and runs what was asked for.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { installProblem } from './install-state.mjs';
import { obtainS3Server } from './s3-server.mjs';
import { findJava, obtainSpark } from './spark-home.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, 'dist/cli/partita.js');
const tell = (line) => process.stderr.write(`partita: ${line}\n`);

/** The long suites that every change must pass, and how much of each; all have minutes of their own, apart from those of `npm test`. */
const suitesOfCi = { chaos: {}, oracle: {}, statistics: { PARTITA_SEEDS: '20' } };

const [task = '', ...rest] = process.argv.slice(2);
const tasks = { start, test, suite, chaos, bench, ci };
if (!Object.hasOwn(tasks, task))
  stop(`Unknown task "${task}": it is one of ${Object.keys(tasks).join(', ')}.`, 2);
process.exitCode = await tasks[task]();

/** In a terminal the background parts stay up; without one (a script, CI) what was started here is stopped again. */
function start() {
  prepare();
  const isUp = isStackUp();
  const code = runExample({});
  if (!process.stdout.isTTY && !isUp) run(process.execPath, [cli, 'down']);
  return code;
}

function isStackUp() {
  const { stdout } = spawnSync(process.execPath, [cli, 'status', '--json'], {
    cwd: root,
    encoding: 'utf8',
  });
  return JSON.parse(stdout).parts.some(({ state }) => state === 'up');
}

async function test() {
  await prepareTests();
  return vitest(rest, {});
}

/** One of the long suites of test/vitest.config.ts, which `npm test` leaves out: `suite NAME [vitest arguments]`. */
async function suite() {
  const [name = '', ...flags] = rest;
  await prepareTests();
  return vitest(flags, { PARTITA_SUITE: name });
}

/** `chaos --kills N`: the suite that disturbs runs, with about so many kills instead of the 50 of CI, and faults that last minutes. */
async function chaos() {
  const at = rest.indexOf('--kills');
  const [, kills = '200'] = at < 0 ? [] : rest.splice(at, 2);
  if (!/^[1-9]\d*$/.test(kills)) stop(`--kills takes a whole number, not "${kills}".`, 2);
  await prepareTests();
  return vitest(rest, { PARTITA_SUITE: 'chaos', PARTITA_KILLS: kills });
}

async function prepareTests() {
  prepare();
  await fetchTemporal();
  await fetchServersOfTests();
  installBrowser();
}

function vitest(flags, environment) {
  const program = join(root, 'node_modules/.bin/vitest');
  const settings = ['run', '--config', 'test/vitest.config.ts', ...flags];
  return run(program, settings, { PARTITA_SKIP_BUILD: '1', ...environment });
}

/** Benchmarks are TypeScript outside the build, so each is compiled when it is asked for. */
async function bench() {
  prepare();
  await fetchTemporal();
  const [name = 'fanout', ...flags] = rest;
  const source = join(root, 'test/bench', `${name}.ts`);
  if (!existsSync(source)) stop(`There is no benchmark "${name}" in test/bench.`, 2);
  if (name === 'web') installBrowser();
  const { build } = await import('esbuild');
  const compiled = join(root, 'node_modules/.cache/partita-bench', `${name}.mjs`);
  const form = { bundle: true, packages: 'external', platform: 'node', format: 'esm' };
  await build({ entryPoints: [source], outfile: compiled, ...form });
  return run(process.execPath, [compiled, ...flags]);
}

/** Everything that decides whether a change is good; the last line counts the tests. */
function ci() {
  for (const path of reports()) rmSync(path);
  const codes = [
    run('npm', ['test']),
    ...Object.entries(suitesOfCi).map(([name, environment]) =>
      run('npm', ['run', 'suite', '--', name], environment),
    ),
  ];
  const example = runExampleFromCleanState();
  const { passed, failed, skipped } = countTests();
  if (example !== 0) tell(`The example failed with exit code ${example}.`);
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  return codes.find((code) => code !== 0) ?? example;
}

/** The example that `npm start` shows. The command line decides what to print and whether to stay up. */
function runExample(environment) {
  return run(process.execPath, [cli, 'example', ...rest], environment);
}

function runExampleFromCleanState() {
  const folder = mkdtempSync(join(tmpdir(), 'partita-example-'));
  const environment = { PARTITA_FOLDER: join(folder, '.partita') };
  try {
    return runExample(environment);
  } finally {
    run(process.execPath, [cli, 'down'], environment);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Brings a clone to where its compiled code can run. */
function prepare() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    stop(`Node ${process.versions.node} is too old: install Node 20.19 or later.`);
  const problem = installProblem(root);
  if (problem !== null) {
    // The versions are the lock file's, which stays as it is. `npm ci` would also insist on entries for every platform's
    // optional packages, which a registry that serves one platform cannot give.
    tell(`Installing the packages of package-lock.json: ${problem}.`);
    if (run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']) !== 0)
      stop(
        'npm failed; its message is above. Check the network and the registry that npm is set to.',
      );
  }
  if (run(process.execPath, [join(root, '.bootstrap/build.mjs')]) !== 0)
    stop('The build failed; its message is above.');
}

/** The tests start servers of their own: fetch the program once, before many of them would at the same time. */
async function fetchTemporal() {
  const load = (path) => import(pathToFileURL(join(root, 'dist/src', path)).href);
  const { readConfig } = await load('config.js');
  const { obtainTemporal } = await load('embedded/temporal-program.js');
  try {
    await obtainTemporal(readConfig(), tell);
  } catch (error) {
    stop(error.message);
  }
}

/** Only the tests start a Spark and an S3 of their own: users name those that they have. */
async function fetchServersOfTests() {
  const { readConfig } = await import(pathToFileURL(join(root, 'dist/src/config.js')).href);
  const toolsFolder = join(readConfig().folder, 'tools');
  try {
    findJava(process.env);
    await obtainSpark({ toolsFolder, environment: process.env, tell });
    obtainS3Server({ toolsFolder, tell });
  } catch (error) {
    stop(error.message);
  }
}

/** Debian's Chromium, which tests and the bench of pages need, where it is missing and we may install it. */
function installBrowser() {
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const places = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  if ([process.env.CHROME_PATH ?? '', ...places].some((path) => path !== '' && existsSync(path)))
    return;
  if (process.getuid?.() !== 0)
    return tell('The browser tests need Chromium: install it, or set CHROME_PATH.');
  tell('Installing Chromium with apt, for the browser tests.');
  run('apt-get', ['update', '--quiet']);
  run('apt-get', ['install', '--yes', '--quiet', '--no-install-recommends', 'chromium']);
}

/** What vitest wrote of `npm test` and of each long suite. */
function reports() {
  return readdirSync(root)
    .filter((name) => name.startsWith('.vitest-report'))
    .map((name) => join(root, name));
}

function countTests() {
  const found = reports().map((path) => JSON.parse(readFileSync(path, 'utf8')));
  const total = (count) => found.reduce((sum, report) => sum + count(report), 0);
  return {
    passed: total(({ numPassedTests }) => numPassedTests),
    failed: total(({ numFailedTests }) => numFailedTests),
    skipped: total(({ numPendingTests, numTodoTests }) => numPendingTests + numTodoTests),
  };
}

/** The exit code of a program that shares our terminal; 1 when it was killed. */
function run(program, args, environment = {}) {
  const shell = process.platform === 'win32';
  const options = { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment }, shell };
  const ended = spawnSync(program, args, options);
  if (ended.error !== undefined) tell(`${program} could not be run: ${ended.error.message}.`);
  return ended.status ?? 1;
}

function stop(message, code = 1) {
  tell(message);
  process.exit(code);
}
