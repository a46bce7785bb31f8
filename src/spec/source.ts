import { z } from 'zod';
import { referencedVariable, SECRET_REFERENCE } from './secret-reference.ts';

const path = z.string().min(1).max(4096).describe('A file or a glob, relative to the spec file.');

/** Secrets only by reference: `${env:NAME}` is resolved when the source is opened and never stored. */
const secretReference = z
  .string()
  .regex(
    SECRET_REFERENCE,
    'Write a reference such as ${env:SOURCE_URL} and set that variable; a spec holds no secrets.',
  );

const csv = z.strictObject({
  kind: z.literal('csv'),
  path,
  delimiter: z
    .string()
    .length(1)
    .optional()
    .describe('Default: found from the file (comma, semicolon, tab, pipe).'),
});
const parquet = z.strictObject({ kind: z.literal('parquet'), path });
const json = z.strictObject({ kind: z.literal('json'), path });
const arrow = z.strictObject({ kind: z.literal('arrow'), path });
const postgres = z
  .strictObject({
    kind: z.literal('postgres'),
    url: secretReference
      .optional()
      .describe("A reference. Left out: the embedded server's own database for data."),
    table: z
      .string()
      .min(1)
      .optional()
      .describe('table or schema.table; quote a name that holds a dot: "odd.name".'),
    query: z.string().min(1).optional().describe('One SELECT, run read-only.'),
  })
  .refine((source) => (source.table === undefined) !== (source.query === undefined), {
    message: 'Give either `table` or `query`.',
  });

/** Spark would take parquet.`/a/path` for a table. */
const TABLE_NAME = /^(?!`?(parquet|orc|avro|csv|json|text|xml|binaryfile|delta)`?\s*\.)[^/:\\]+$/i;

const spark = z
  .strictObject({
    kind: z.literal('spark'),
    table: z
      .string()
      .regex(
        TABLE_NAME,
        'Write a table of the catalog, such as sales.readings; files go under `path`.',
      )
      .optional()
      .describe("A table of the cluster's catalog, as SQL names it."),
    path: z
      .string()
      .regex(
        /^(\/|[a-z][a-z0-9+.-]*:\/)/,
        'Write an absolute path or an address such as s3a://bucket/folder.',
      )
      .max(4096)
      .optional()
      .describe('Parquet files, by a path or an address that executors can read.'),
  })
  .refine((source) => (source.table === undefined) !== (source.path === undefined), {
    message: 'Give either `table` or `path`.',
  });

export const sourceSchema = z.discriminatedUnion('kind', [
  csv,
  parquet,
  json,
  arrow,
  postgres,
  spark,
]);
export type Source = z.output<typeof sourceSchema>;

/** The environment variable that the source needs; `undefined` when it needs none. */
export function variableOf(source: Source): string | undefined {
  const url = source.kind === 'postgres' ? source.url : undefined;
  return url === undefined ? undefined : referencedVariable(url);
}
