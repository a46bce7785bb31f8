import { availableParallelism } from 'node:os';
import { referencedVariable } from '../../spec/secret-reference.ts';
import type { ReferenceEntry } from '../../stores/overview-store.ts';
import type { sessionEndpoints } from '../contract/session.ts';
import { readPage } from '../cursor.ts';
import type { Handlers, WebContext } from '../handler.ts';
import { LongAnswers, longReply } from '../long-answers.ts';

/** How long a request waits for what is being looked at before it is told where to ask again. */
const PATIENCE_MS = 5_000;

type Integrity = Awaited<ReturnType<WebContext['services']['checkIntegrity']>> & {
  readonly at: string;
};

export function sessionRoutes({
  services,
  version,
  workingFolder,
  hasVariable,
}: WebContext): Handlers<keyof typeof sessionEndpoints> {
  const checks = new LongAnswers<Integrity>({ one: 'check', many: 'checks of the record' });
  const check = async (): Promise<Integrity> => ({
    ...(await services.checkIntegrity()),
    at: new Date().toISOString(),
  });
  const checked = async (checkId: string, owner: string) => {
    const found = await checks.wait(checkId, owner, PATIENCE_MS);
    return longReply(`doctor/integrity/${checkId}`, { checkId }, found);
  };
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
    // All of the record is read: once for all who ask meanwhile.
    'POST /doctor/integrity': (_, { actor }) => checked(checks.join(check), actor.name),
    'GET /doctor/integrity/{check}': ({ params }, { actor }) => checked(params.check, actor.name),
    'GET /references': async ({ query: { limit, cursor } }) => {
      const after = cursor === undefined ? undefined : referenceAt(cursor);
      const { entries, next } = await readPage(
        limit,
        (count) => services.overview.references({ limit: count, after }),
        ({ of, text }) => `${of} ${text}`,
      );
      const references = entries.map(({ of, text }) => {
        const name = referencedVariable(text);
        return { of, reference: text, isSet: name === undefined ? null : hasVariable(name) };
      });
      return { json: { references, next } };
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

/** What a page ended with. */
function referenceAt(cursor: string): ReferenceEntry {
  const [of, text = ''] = cursor.split(' ');
  return { of: of === 'engine' ? of : 'source', text };
}
