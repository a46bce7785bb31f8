import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';

const MINUTES = 60_000;
const RUNS = '/api/v1/runs';
/** What a page may know of an answer. */
type Seen = { readonly outcome: string };

type Given = {
  readonly page: Page;
  readonly address: string;
  /** That would run. */
  readonly spec: object;
};

/** A page of somebody else, open in the browser of someone who is signed in, which knows the server's address and a spec. */
export function describeForeignPage(given: () => Given): void {
  // On 127.0.0.1 it is of the same site as the server, and the session's cookie goes along; on localhost it is not.
  it.each(['127.0.0.1', 'localhost'])(
    'lets a page of another origin on %s neither start a run nor read anything',
    async (host) => {
      const { page, address, spec } = given();
      const foreign = await servePage();
      const other = await page.context().newPage();
      try {
        const before = await changesOnRecord(page);
        const files = await ownFiles(page);
        await other.goto(`http://${host}:${foreign.port}/`);
        expect(await formPost(other, address)).toBeGreaterThanOrEqual(400);
        for (const type of ['text/plain', 'application/json'])
          for (const credentials of ['include', 'omit'])
            for (const mode of ['cors', 'no-cors'])
              expect(
                await fetched(other, `${address}${RUNS}`, {
                  method: 'POST',
                  headers: { 'content-type': type },
                  body: JSON.stringify({ spec }),
                  credentials,
                  mode,
                }),
                `POST ${type} ${credentials} ${mode}`,
              ).toEqual({ outcome: expect.stringMatching(/^(failed|opaque)$/) });
        for (const path of [RUNS, '/api/v1/session', '/'])
          for (const credentials of ['include', 'omit'])
            for (const mode of ['cors', 'no-cors'])
              expect(
                await fetched(other, `${address}${path}`, { credentials, mode }),
                `GET ${path} ${credentials} ${mode}`,
              ).toEqual({ outcome: 'failed' });
        for (const element of ['img', 'script'])
          for (const url of [`${address}${RUNS}`, ...files])
            expect(await embedded(other, element, url), `${element} ${url}`).toBe('error');
        expect(await framed(other, address)).toBe('chrome-error://chromewebdata/');
        expect(await changesOnRecord(page)).toEqual(before);
      } finally {
        await other.close();
        await foreign.close();
      }
    },
    2 * MINUTES,
  );

  it('lets the application itself do the same', async () => {
    const { page, spec } = given();
    const before = await changesOnRecord(page);
    const headers = { 'content-type': 'application/json' };
    const asked = { method: 'POST', headers, body: JSON.stringify({ spec }) };
    const status = `fetch('${RUNS}', ${JSON.stringify(asked)}).then(({ status }) => status)`;
    expect(await page.evaluate<number>(status)).toBe(202);
    // Asked for, and answered.
    expect(await changesOnRecord(page)).toHaveLength(before.length + 2);
  });
}

/** Files of the application that another page could want to load. */
function ownFiles(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(
    `[document.querySelector('script[src]').src, document.querySelector('link[rel=icon]').href]`,
  );
}

/** Every change that was asked for over HTTP and let through to the endpoint, by its number. */
function changesOnRecord(page: Page): Promise<readonly number[]> {
  const asked = JSON.stringify('/api/v1/audit?action=POST&limit=500');
  return page.evaluate<readonly number[]>(
    `fetch(${asked}).then((answer) => answer.json()).then(({ events }) => events.map(({ id }) => id))`,
  );
}

/** Without a script, with the body that makes JSON of a form; gives the status that the browser saw. */
async function formPost(page: Page, address: string): Promise<number> {
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.setContent(
    `<iframe name="sink"></iframe>
    <form method="post" enctype="text/plain" action="${address}${RUNS}" target="sink">
      <input name='{"content":"' value='"}'><button>send</button></form>`,
  );
  await page.getByRole('button', { name: 'send' }).click();
  return (await answered).status();
}

function fetched(page: Page, url: string, how: object): Promise<Seen> {
  return page.evaluate<Seen>(
    `fetch(${JSON.stringify(url)}, ${JSON.stringify(how)}).then(
      async (answer) => ({ outcome: answer.type === 'opaque' && (await answer.text()) === '' ? 'opaque' : 'readable' }),
      () => ({ outcome: 'failed' }))`,
  );
}

/** Which event comes of it: `load` would tell that something is there, or run it. */
function embedded(page: Page, element: string, url: string): Promise<string> {
  return page.evaluate<string>(
    `new Promise((resolve) => {
      const made = document.createElement(${JSON.stringify(element)});
      made.onload = () => resolve('load');
      made.onerror = () => resolve('error');
      made.src = ${JSON.stringify(url)};
      document.body.append(made);
    })`,
  );
}

/** What the browser shows in a frame with the application's address: once something of another origin is there. */
async function framed(page: Page, address: string): Promise<string> {
  await page.setContent(`<iframe src="${address}/"></iframe>`);
  await page.waitForFunction("document.querySelector('iframe').contentDocument === null");
  const [, frame] = page.frames();
  return frame?.url() ?? '';
}

type Foreign = { readonly port: number; close(): Promise<void> };

/** An empty page, at every name of this machine. */
async function servePage(): Promise<Foreign> {
  const server = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/html').end('<!doctype html><title>elsewhere</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
