import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import { ROLES } from './endpoint.ts';

export const session = z
  .strictObject({ actor: z.string(), role: z.enum(ROLES) })
  .meta({ id: 'Session', description: 'Who asks, and what they may do.' });
export type Session = z.output<typeof session>;

const service = z
  .strictObject({
    name: z.literal('partita'),
    version: z.string(),
    /** Temporal's own web pages, where they are ours. */
    temporalUi: z.string().nullable(),
    /** What file sources may be relative to. */
    folder: z.string(),
  })
  .meta({ id: 'Service' });
export type Service = z.output<typeof service>;

export const sessionEndpoints = {
  'GET /health': {
    summary: 'Whether the server answers.',
    role: 'anyone',
    answer: z.strictObject({ status: z.literal('ok') }),
  },
  'GET /service': { summary: 'What this server is.', role: 'viewer', answer: service },
  'GET /session': { summary: 'Who asks.', role: 'viewer', answer: session },
  'POST /session': {
    summary: 'A token for a cookie: what a browser signs in with.',
    role: 'anyone',
    body: z.strictObject({ token: z.string().min(1).max(200) }),
    answer: session,
  },
  'DELETE /session': {
    summary: 'Takes the cookie away.',
    role: 'viewer',
    answer: z.strictObject({}),
  },
} as const satisfies { readonly [key: string]: Endpoint };
