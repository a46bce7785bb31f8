import { relative } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import type { Digest } from '../../domain/digest.ts';
import type { KeptUpload } from '../../operations/uploads.ts';
import type { sourceEndpoints } from '../contract/sources.ts';
import type { Handlers, WebContext } from '../handler.ts';
import { WebFailure } from '../problems.ts';
import { checkReach, sourceOf } from '../submitted-spec.ts';

/** Looks at sources at once: each is a process with a gigabyte. */
const MAX_LOOKS = 3;

export function sourceRoutes(context: WebContext): Handlers<keyof typeof sourceEndpoints> {
  const { services, workingFolder, maxUploadBytes } = context;
  let looks = 0;
  return {
    'POST /sources/tables': async ({ body: { url } }) => ({
      json: { tables: await services.sources.tables(url ?? undefined) },
    }),
    'POST /sources/preview': async ({ body }, { request }) => {
      const source = sourceOf(body.source);
      checkReach(context, source);
      if (looks >= MAX_LOOKS)
        throw new WebFailure('too-many', `${looks} sources are being looked at: wait for one.`);
      looks++;
      try {
        const asked = { source, baseFolder: workingFolder, rows: body.rows };
        return { json: await services.sources.preview(asked, request.signal) };
      } finally {
        looks--;
      }
    },
    'POST /uploads': async ({ query: { name } }, { request }) => {
      const bytes = Readable.fromWeb((request.body ?? new Blob([]).stream()) as WebStream);
      const kept = await services.sources.upload(name, bytes, maxUploadBytes);
      return { json: uploadOf(kept, workingFolder) };
    },
    'GET /uploads/{upload}': async ({ params: { upload } }) => ({
      json: uploadOf(await services.sources.uploaded(upload as Digest), workingFolder),
    }),
  };
}

function uploadOf({ digest, name, byteSize, kind, path }: KeptUpload, folder: string) {
  return { digest, name, byteSize, source: { kind, path: relative(folder, path) } };
}
