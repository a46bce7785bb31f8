import { Readable } from 'node:stream';
import type { AuditVerdict } from '../../stores/audit-store.ts';
import type { auditEndpoints } from '../contract/audit.ts';
import { placeAfter, readPage } from '../cursor.ts';
import type { Handlers, WebContext } from '../handler.ts';
import { LongAnswers, longReply } from '../long-answers.ts';

/** How long a request waits for a verdict before it is told where to ask again. */
const PATIENCE_MS = 5_000;

type Verified = { readonly at: string; readonly verdict: AuditVerdict };

export function auditRoutes({ services }: WebContext): Handlers<keyof typeof auditEndpoints> {
  const verifications = new LongAnswers<Verified>({ one: 'verification', many: 'verifications' });
  const verify = async (): Promise<Verified> => {
    // What comes onto the record from here on is not looked at.
    const at = new Date().toISOString();
    return { at, verdict: await services.verifyAudit(undefined) };
  };
  const answered = async (verificationId: string, owner: string) => {
    const verified = await verifications.wait(verificationId, owner, PATIENCE_MS);
    return longReply(`audit/verifications/${verificationId}`, { verificationId }, verified);
  };
  return {
    'GET /audit': async ({ query: { cursor, limit, since, until, ...filter } }) => {
      const asked = {
        before: cursor === undefined ? undefined : placeAfter(cursor, 0),
        since: since && new Date(since).toISOString(),
        until: until && new Date(until).toISOString(),
        ...filter,
      };
      const { entries, next } = await readPage(
        limit,
        (count) => services.audit.list({ ...asked, limit: count }),
        ({ id }) => id,
      );
      return { json: { events: entries, next } };
    },
    // All of the record is read by one of the database's few connections.
    'POST /audit/verifications': (_, { actor }) => answered(verifications.join(verify), actor.name),
    'GET /audit/verifications/{verification}': ({ params: { verification } }, { actor }) =>
      answered(verification, actor.name),
    'GET /audit/export': async () => {
      const { head, lines } = await services.auditTrail();
      const bytes = Readable.from(lines, { objectMode: false });
      return new Response(Readable.toWeb(bytes) as ReadableStream, {
        headers: {
          'content-type': 'application/x-ndjson',
          'content-disposition': `attachment; filename="audit-${head.seq}.jsonl"`,
        },
      });
    },
  };
}
