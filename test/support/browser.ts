import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Partita } from './partita.ts';

/** Chromium in a container: as root, without a graphics card, telling nobody. Its folder is a fresh one each time. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Screenshots are the output of a test, for eyes; git ignores them. */
const SCREENSHOTS = join(import.meta.dirname, '../browser/screenshots');

export async function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: FLAGS });
}

/** By CHROME_PATH or PATH; throws where there is none: a missing browser fails the tests, it never skips them. */
function chromiumPath(): string {
  const named = process.env['CHROME_PATH'] ?? '';
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const path = [named, ...found].find(isProgram);
  if (path === undefined)
    throw new Error('The browser tests need Chromium: install it, or set CHROME_PATH.');
  return path;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return path !== '';
  } catch {
    return false;
  }
}

/** `partita serve` on a stack of its own. */
export type Serving = {
  readonly address: string;
  /** Signs in, once. */
  readonly loginLink: string;
  stop(): Promise<void>;
};

export async function startServing(partita: Partita): Promise<Serving> {
  const running = await partita.start('serve');
  const [, loginLink = ''] = await running.says(/Sign in, once: (\S+)/);
  return {
    address: new URL(loginLink).origin,
    loginLink,
    stop: async () => {
      running.interrupt();
      await running.ended;
    },
  };
}

/** A page of someone who is signed in, and everything that the browser complained about. */
export type Visit = {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of scripts, what the content policy forbade, answers that were missing. */
  readonly complaints: string[];
};

export async function visit(
  browser: Browser,
  { loginLink }: Pick<Serving, 'loginLink'>,
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(loginLink);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { page, context, complaints };
}

type Violation = {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
};

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe calls serious or critical, as text: rule, element, why. */
async function seriousFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const violations = await page.evaluate<readonly Violation[]>(
    'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}

type Look = {
  /** By how many pixels the page is wider than the screen, at most. */
  readonly over: number;
  readonly findings: readonly string[];
};

/** One page in light and dark, wide and narrow: kept as pictures, and what axe finds in each. */
export async function lookAt(page: Page, name: string): Promise<Look> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  let over = 0;
  const findings: string[] = [];
  for (const width of [1280, 390])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate('scrollTo(0, 0)');
      // Graphs and plots follow the new width in the frames after it.
      await page.evaluate(
        'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
      );
      const path = join(SCREENSHOTS, `${name}-${width}-${colorScheme}.png`);
      await page.screenshot({ path, fullPage: true });
      over = Math.max(
        over,
        await page.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        ),
      );
      const found = await seriousFindings(page);
      findings.push(...found.map((finding) => `at ${width}, ${colorScheme}: ${finding}`));
    }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
  return { over, findings };
}
