import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Listening, listen } from '../../src/web/listen.ts';

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

  /** Sends this and nothing more, and waits until the server ends the connection. */
  async function answerTo(sent: string): Promise<string> {
    const socket = connect(listening.port, '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (part: string) => (text += part));
    // Whoever is refused may still have been writing: then the connection is reset behind the answer.
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await once(socket, 'connect');
    socket.write(sent);
    await closed;
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
    ['headers', 'GET / HTTP/1.1\r\nhost: here\r\nx-slow: '],
    ['a body', 'POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 10\r\n\r\n1'],
  ])('gives up on %s that do not come to an end, with 408', async (_, sent) => {
    const before = answered;
    expect(await answerTo(sent)).toBe('HTTP/1.1 408 Request Timeout');
    expect(answered).toBe(before);
    expect(await statusLine('connection: close')).toBe('HTTP/1.1 200 OK');
  });
});
