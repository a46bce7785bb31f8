import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Listening, listen } from '../../src/web/listen.ts';

/** Between two bytes of someone slow. */
const DROP_MS = 20;
const POST = 'POST / HTTP/1.1\r\nhost: here\r\n';

describe('a server that listens', () => {
  let listening: Listening;
  let answered = 0;

  beforeAll(async () => {
    const patience = { headersMs: 1000, requestMs: 1200, lookMs: 50 };
    const answer = async (request: Request) => {
      await request.text();
      answered++;
      return new Response('here');
    };
    listening = await listen('127.0.0.1', 0, answer, patience);
  });
  afterAll(() => listening.close());

  /** Sends a request with these header lines in one piece; gives the first line of what comes back. */
  function statusLine(...headers: readonly string[]): Promise<string> {
    return answerTo(['GET / HTTP/1.1', 'host: here', ...headers, '', ''].join('\r\n'));
  }

  /** Sends this, then nothing more, or byte after byte without end; waits until the server ends the connection. */
  async function answerTo(sent: string, goesOn = false): Promise<string> {
    const socket = connect(listening.port, '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (part: string) => (text += part));
    // Whoever is refused may still have been writing: then the connection is reset behind the answer.
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await once(socket, 'connect');
    socket.write(sent);
    const drops = goesOn ? setInterval(() => socket.write('1'), DROP_MS) : undefined;
    await closed;
    clearInterval(drops);
    return text.split('\r\n')[0] ?? '';
  }

  it.each([
    ['one header of 17,000 bytes', ['x-long: '.padEnd(17_000, 'a')]],
    ['a cookie of 17,000 bytes', ['cookie: a='.padEnd(17_000, 'a')]],
    ['10,000 headers', Array.from({ length: 10_000 }, () => 'a:b')],
  ])('refuses %s with 431, asks nobody, and answers the next one', async (_, headers) => {
    const before = answered;
    const refused = await statusLine(...headers);
    expect(refused).toBe('HTTP/1.1 431 Request Header Fields Too Large');
    expect(answered).toBe(before);
    expect(await statusLine('connection: close')).toBe('HTTP/1.1 200 OK');
  });

  it.each([
    ['headers that stop coming', 'GET / HTTP/1.1\r\nhost: here\r\nx-slow: ', false],
    ['a body that stops coming', `${POST}content-length: 10\r\n\r\n1`, false],
    ['a body that comes on, byte after byte', `${POST}content-length: ${2 ** 40}\r\n\r\n1`, true],
  ])('gives up on %s, with 408', async (_, sent, goesOn) => {
    const before = answered;
    expect(await answerTo(sent, goesOn)).toBe('HTTP/1.1 408 Request Timeout');
    expect(answered).toBe(before);
    expect(await statusLine('connection: close')).toBe('HTTP/1.1 200 OK');
  });
});
