/**
 * `npm run bench -- web [--partitions 10000] [--requests 2000] [--rounds 5] [--only answers|pages]`: one run whose
 * partitions all have models of their own, and `partita serve` above it. Prints how long a row waits for its answer (goal:
 * p99 under 10 ms) where its model is opened for it and where it is open, the memory of the server, and how long the pages
 * of the run take to their first paint and until they are whole (goal: under 2 s), and to a frame while somebody scrolls.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { startBrowser } from '../support/browser.ts';
import { seededDraws } from '../support/draws.ts';

const { values } = parseArgs({
  options: {
    partitions: { type: 'string', default: '10000' },
    requests: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
  },
});
const [partitions, requests, rounds] = [values.partitions, values.requests, values.rounds].map(
  Number,
) as [number, number, number];

const ROWS_EACH = 30;
/** Fewer than the server keeps open. */
const OPEN = Math.min(250, partitions);
/** Asked before anything is measured: the compiler has seen the path by then. */
const FIRST = 200;
const cli = join(process.cwd(), 'dist/cli/partita.js');
const folder = mkdtempSync(join(tmpdir(), 'partita-bench-web-'));
const environment = { ...process.env, PARTITA_FOLDER: join(folder, '.partita'), NO_COLOR: '1' };
const draws = seededDraws(7);

const FIRST_PAINT =
  "performance.getEntriesByType('paint').find(({ name }) => name === 'first-contentful-paint').startTime";
/** Milliseconds of each frame while the longest list, or else the page, goes down and up. */
const SCROLL = `new Promise((done) => {
  const lists = [document.scrollingElement, ...document.querySelectorAll('.framed')];
  const list = lists.sort((a, b) => b.scrollHeight - a.scrollHeight)[0];
  const times = [];
  let before = performance.now();
  const step = (now) => {
    times.push(now - before);
    before = now;
    list.scrollTop += times.length < 60 ? 240 : -240;
    if (times.length < 120) requestAnimationFrame(step);
    else done(times.slice(1));
  };
  requestAnimationFrame(step);
})`;

try {
  const run = await trainAll();
  const serving = await serve();
  try {
    if (values.only !== 'pages') await measureAnswers(serving, run);
    if (values.only !== 'answers') await measurePages(serving, run);
  } finally {
    serving.stop();
  }
} finally {
  execFileSync(process.execPath, [cli, 'down'], { env: environment, stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
}

/** The id of a run in which every partition is answered by a model of its own. */
async function trainAll(): Promise<string> {
  const data = join(folder, 'many.csv');
  await pipeline(Readable.from(linesOfRows()), createWriteStream(data));
  const spec = join(folder, 'web.partita.yaml');
  writeFileSync(spec, specText(data));
  const started = performance.now();
  const out = execFileSync(process.execPath, [cli, 'run', spec, '--json'], {
    env: environment,
    maxBuffer: 1 << 30,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { runId, counts } = JSON.parse(String(out).trim().split('\n').at(-1) ?? '');
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${counts.trained} of ${partitions} partitions trained in ${seconds} s`);
  return runId;
}

/** Each partition has a slope of its own. */
function* linesOfRows(): Generator<string> {
  yield 'store,visitors,staff,sales\n';
  for (let i = 0; i < partitions * ROWS_EACH; i++) {
    const [x, z] = [draws.uniform(), draws.uniform()];
    const y = (1 + (i % 7)) * x - z + 0.1 * draws.uniform();
    yield `${storeAt(i % partitions)},${x.toFixed(4)},${z.toFixed(4)},${y.toFixed(4)}\n`;
  }
}

function storeAt(place: number): string {
  return `store-${String(place).padStart(6, '0')}`;
}

function specText(path: string): string {
  return JSON.stringify({
    version: 1,
    name: 'web',
    data: { source: { kind: 'csv', path } },
    partition: { by: 'store', min_rows: 20, max: partitions, on_small: 'skip' },
    target: { column: 'sales', task: 'regression' },
    algorithms: ['ridge'],
    global: { enabled: false },
  });
}

type Served = {
  readonly address: string;
  readonly loginLink: string;
  /** Resident memory of the server. */
  readonly megabytes: () => number;
  /** That the server has computed for so far: what other programs take from this machine is not in it. */
  readonly cpuMs: () => number;
  stop(): void;
};

function serve(): Promise<Served> {
  const child = spawn(process.execPath, [cli, 'serve'], { cwd: folder, env: environment });
  return new Promise((resolve, reject) => {
    let said = '';
    child.on('error', reject).on('close', () => reject(new Error(`serve ended: ${said}`)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const [, loginLink] = /Sign in, once: (\S+)/.exec(said) ?? [];
      if (loginLink === undefined) return;
      const { origin } = new URL(loginLink);
      resolve({
        address: origin,
        loginLink,
        megabytes: () => {
          const kilobytes = execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)]);
          return Math.round(Number(kilobytes) / 1024);
        },
        cpuMs: () => {
          const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ');
          // User and system, in hundredths of a second.
          return 10 * (Number(fields?.[11]) + Number(fields?.[12]));
        },
        stop: () => child.kill('SIGINT'),
      });
    });
  });
}

async function measureAnswers({ address, megabytes, cpuMs }: Served, run: string): Promise<void> {
  const token = readFileSync(join(folder, '.partita/web/token'), 'utf8').trim();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const ask = async (place: number) => {
    const row = { store: storeAt(place), visitors: draws.uniform(), staff: draws.uniform() };
    const started = performance.now();
    const response = await fetch(`${address}/api/v1/predict/${run}`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ rows: [row] }),
    });
    const { predictions } = (await response.json()) as {
      predictions?: readonly { rung: string }[];
    };
    const ms = performance.now() - started;
    if (predictions?.[0]?.rung === 'own') return ms;
    throw new Error(`Row of ${row.store}: ${response.status} ${JSON.stringify(predictions)}`);
  };
  const before = megabytes();
  const inTurn = async (places: readonly number[]) => {
    const times: number[] = [];
    for (const place of places) times.push(await ask(place));
    return times;
  };
  const [first = 0, ...places] = shuffledPlaces();
  console.log(
    `first row, which reads what the run answers with: ${(await ask(first)).toFixed(0)} ms`,
  );
  await inTurn(Array.from({ length: FIRST }, (_, i) => places.at(-1 - (i % places.length)) ?? 0));
  const print = async (what: string, asked: readonly number[]) => {
    const before = cpuMs();
    const times = spreadOf(await inTurn(asked));
    const each = ((cpuMs() - before) / asked.length).toFixed(1);
    console.log(`${asked.length} rows, ${what}: ${times}; goal p99 < 10 ms; CPU ${each} ms each`);
  };
  const opened = places.slice(0, requests);
  await print('each of another member, opened for it', opened);
  const last = opened.slice(-OPEN);
  const again = Array.from({ length: requests }, (_, i) => last[i % last.length] ?? 0);
  await print(`of ${last.length} members that are open`, again);
  console.log(`server: ${before} MB before, ${megabytes()} MB after`);
}

/** Every member once, in an order that has nothing to do with where the models lie. */
function shuffledPlaces(): readonly number[] {
  const places = Array.from({ length: partitions }, (_, place) => ({ place, at: draws.uniform() }));
  return places.sort((a, b) => a.at - b.at).map(({ place }) => place);
}

async function measurePages({ address, loginLink }: Served, run: string): Promise<void> {
  const browser = await startBrowser();
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const login = await context.newPage();
    await login.goto(loginLink);
    const table = (page: Page) =>
      page.getByRole('region', { name: 'The best model of each partition' });
    await pageOf('run', `${address}/runs/${run}`, (page) =>
      page.getByRole('application', { name: /as squares/ }).waitFor(),
    );
    await pageOf('report', `${address}/runs/${run}/report`, (page) =>
      table(page).getByText(storeAt(0), { exact: true }).waitFor(),
    );

    async function pageOf(
      name: string,
      at: string,
      isWhole: (page: Page) => Promise<unknown>,
    ): Promise<void> {
      const [paints, wholes, frames]: [number[], number[], number[]] = [[], [], []];
      for (let round = 0; round < rounds; round++) {
        const page = await context.newPage();
        await page.goto(at);
        await isWhole(page);
        wholes.push(await page.evaluate<number>('performance.now()'));
        paints.push(await page.evaluate<number>(FIRST_PAINT));
        frames.push(...(await page.evaluate<number[]>(SCROLL)));
        await page.close();
      }
      console.log(
        `${name} page: first paint ${spreadOf(paints)}; whole ${spreadOf(wholes)}; goal < 2000 ms\n        frames while scrolling ${spreadOf(frames)}`,
      );
    }
  } finally {
    await browser.close();
  }
}

function spreadOf(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`;
}
