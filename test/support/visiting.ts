import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { lookAt, type Serving, startBrowser, startServing, type Visit, visit } from './browser.ts';
import { Partita } from './partita.ts';

export const MINUTES = 60_000;

/** Someone who is signed in at a server of their own, with a browser of their own. */
export type Visitor = {
  readonly partita: Partita;
  readonly page: Page;
  readonly address: string;
  /** Errors of scripts, what the content policy forbade, answers that were missing; who checks them takes them out. */
  readonly complaints: string[];
  /** The same person at a browser that has kept nothing but who they are. */
  readonly withFreshPage: (use: (page: Page) => Promise<void>) => Promise<void>;
  /** Eyes and axe on the page as it is now: kept as pictures, no wider than the screen, without a serious finding. */
  readonly look: (name: string) => Promise<void>;
};

/** The same visitor for all tests of a file; `prepare`: what is done before the server starts. */
export function visiting(
  prepare: (partita: Partita) => void | Promise<void> = () => undefined,
): Visitor {
  const partita = new Partita();
  let browser: Browser | undefined;
  let serving: Serving | undefined;
  let someone: Visit | undefined;

  beforeAll(async () => {
    await prepare(partita);
    serving = await startServing(partita);
    browser = await startBrowser();
    someone = await visit(browser, serving);
  }, 6 * MINUTES);

  afterAll(async () => {
    await browser?.close();
    await serving?.stop();
    await partita.stop();
  }, 2 * MINUTES);

  const here = <Part>(part: Part | undefined): Part => {
    if (part === undefined) throw new Error('Nobody is here before the tests have begun.');
    return part;
  };
  return {
    partita,
    get page() {
      return here(someone).page;
    },
    get address() {
      return here(serving).address;
    },
    get complaints() {
      return here(someone).complaints;
    },
    withFreshPage: async (use) => {
      const storageState = await here(someone).context.storageState();
      const context = await here(browser).newContext({ storageState });
      try {
        await use(await context.newPage());
      } finally {
        await context.close();
      }
    },
    look: async (name) => {
      const { page } = here(someone);
      const { over, findings } = await lookAt(page, name);
      expect(over, `${name} is wider than the screen`).toBe(0);
      expect(findings, name).toEqual([]);
    },
  };
}
