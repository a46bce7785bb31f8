import { availableParallelism } from 'node:os';
import { referencedVariable } from '../../spec/secret-reference.ts';
import type { sessionEndpoints } from '../contract/session.ts';
import { placeAfter } from '../cursor.ts';
import type { Handlers, WebContext } from '../handler.ts';

export function sessionRoutes({
  services,
  version,
  workingFolder,
  hasVariable,
}: WebContext): Handlers<keyof typeof sessionEndpoints> {
  return {
    'GET /health': () => ({ json: { status: 'ok' } }),
    'GET /service': async () => ({
      json: {
        name: 'partita',
        version,
        temporalUi: await services.temporalUi(),
        folder: workingFolder,
        threads: availableParallelism(),
      },
    }),
    'GET /doctor': async () => {
      const findings = await services.diagnose();
      return { json: { healthy: findings.every(({ level }) => level !== 'problem'), findings } };
    },
    'GET /references': async ({ query: { limit, cursor } }) => {
      const after = placeAfter(cursor, 0);
      const found = await services.overview.references({ limit, after });
      const references = found.map(({ of, text }) => {
        const name = referencedVariable(text);
        return { of, reference: text, isSet: name === undefined ? null : hasVariable(name) };
      });
      return { json: { references, next: found.length < limit ? null : String(after + limit) } };
    },
    'GET /session': (_, { actor: { name, role } }) => ({ json: { actor: name, role } }),
    'POST /session': async ({ body: { token } }, { session }) => {
      const { name, role } = await session.signIn(token);
      return { json: { actor: name, role } };
    },
    'DELETE /session': (_, { session }) => {
      session.signOut();
      return { json: {} };
    },
  };
}
