import type { sessionEndpoints } from '../contract/session.ts';
import type { Handlers, WebContext } from '../handler.ts';

export function sessionRoutes({
  services,
  version,
  workingFolder,
}: WebContext): Handlers<keyof typeof sessionEndpoints> {
  return {
    'GET /health': () => ({ json: { status: 'ok' } }),
    'GET /service': async () => ({
      json: {
        name: 'partita',
        version,
        temporalUi: await services.temporalUi(),
        folder: workingFolder,
      },
    }),
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
