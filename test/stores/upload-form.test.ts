import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { sendByForm } from '../../src/stores/objects/upload-form.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

describe('bytes that are sent by a form', () => {
  let server: Server;
  let asked: number;

  /** A server that answers so, the last over and over. */
  const serve = async (...answers: readonly Answer[]): Promise<string> => {
    asked = 0;
    server = createServer((request, response) => {
      const answer = answers[Math.min(asked++, answers.length - 1)];
      request.resume().on('end', () => answer?.(response, request));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`;
  };
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const send = (url: string) =>
    sendByForm({ url, fields: {}, start: 'incoming/' }, 'name', Uint8Array.of(1, 2, 3));
  const status =
    (code: number, headers = {}, text = ''): Answer =>
    (response) =>
      response.writeHead(code, headers).end(text);
  const stored = status(204);
  const reset: Answer = (response) => response.destroy();
  /** Its head, and less of its body than that says. */
  const cut: Answer = (response) => {
    response.writeHead(200, { 'content-length': 100, etag: '"a"' });
    response.write('<Post', () => response.destroy());
  };

  it('are there when S3 says so', async () => {
    for (const answer of [stored, status(200, { etag: '"a"' })]) {
      await send(await serve(answer));
      expect(asked).toBe(1);
      server.close();
    }
  });

  it.each([
    ['is too busy', status(503, {}, '<Error><Code>SlowDown</Code></Error>')],
    ['is asked too often', status(429)],
    ['breaks the connection', reset],
    ['is cut off while it answers', cut],
  ])('are sent again where the server %s', async (_what, answer) => {
    await send(await serve(answer, stored));
    expect(asked).toBe(2);
  });

  it('are refused after the third time', async () => {
    for (const [answer, said] of [
      [status(503), /takes no packs from here \(503/],
      [cut, /can't be reached from here/],
    ] as const) {
      const sending = send(await serve(answer));
      await expect(sending).rejects.toMatchObject({ kind: 'unreachable' });
      await expect(sending).rejects.toThrow(said);
      expect(asked).toBe(3);
      server.closeAllConnections();
      server.close();
    }
  });

  it.each([
    [
      'refuses the form',
      status(403, {}, '<Message>Policy expired.</Message>'),
      /403 Policy expired/,
    ],
    [
      'is another one, that says yes to all',
      status(200, {}, 'Log in'),
      /200 OK, which S3 does not say/,
    ],
    ['points elsewhere', status(307, { location: '/elsewhere' }), /307/],
  ])('are refused at once where the server %s', async (_what, answer, said) => {
    const sending = send(await serve(answer, stored));
    await expect(sending).rejects.toMatchObject({ kind: 'unreachable' });
    await expect(sending).rejects.toThrow(said);
    expect(asked).toBe(1);
  });
});
