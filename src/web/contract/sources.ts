import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import { count, digest } from './fields.ts';

/** A Postgres by reference: `${env:NAME}`; null = the embedded server's own database for data. */
const connection = z
  .string()
  .regex(/^\$\{env:[A-Za-z_][A-Za-z0-9_]*\}$/)
  .max(200)
  .nullable();

export const previewSource = z.union([
  z.strictObject({
    kind: z.literal('postgres'),
    url: connection.default(null),
    /** `table` or `schema.table`; a name with a dot in double quotes. */
    table: z.string().min(1).max(300),
  }),
  z.strictObject({
    kind: z.enum(['csv', 'parquet', 'json', 'arrow']),
    path: z.string().min(1).max(1000),
  }),
]);
export type PreviewSource = z.input<typeof previewSource>;

const columnPreview = z
  .strictObject({
    name: z.string(),
    kind: z.enum(['number', 'category', 'time']),
    sourceType: z.string(),
    /** Of the rows that were looked at. */
    missing: count,
    distinct: count,
    min: z.union([z.string(), z.number(), z.null()]),
    max: z.union([z.string(), z.number(), z.null()]),
    /** The most frequent values, at most 10. */
    top: z.array(z.strictObject({ value: z.string(), count })),
  })
  .meta({ id: 'ColumnPreview' });
export type ColumnPreview = z.output<typeof columnPreview>;

const preview = z
  .strictObject({
    columns: z.array(columnPreview),
    /** The first rows, a cell per column as text; null = missing. */
    rows: z.array(z.array(z.string().nullable())),
    /** Rows that the column facts are about. */
    rowsRead: count,
    /** False: the table has more rows. */
    isWhole: z.boolean(),
    /** Columns that no table of ours can hold. */
    leftOut: z.array(z.strictObject({ name: z.string(), type: z.string() })),
  })
  .meta({ id: 'Preview' });
export type Preview = z.output<typeof preview>;

const upload = z
  .strictObject({
    digest,
    name: z.string(),
    byteSize: count,
    /** What goes into `data.source` of a spec. */
    source: z.strictObject({ kind: z.enum(['csv', 'parquet', 'json', 'arrow']), path: z.string() }),
  })
  .meta({ id: 'Upload' });
export type Upload = z.output<typeof upload>;

export const sourceEndpoints = {
  'POST /sources/tables': {
    summary: 'Tables and views of a Postgres, by reference.',
    role: 'editor',
    body: z.strictObject({ url: connection.default(null) }),
    answer: z
      .strictObject({
        tables: z.array(
          z.strictObject({
            /** As a spec names it. */
            table: z.string(),
            /** As the server estimates; null = never analysed. */
            rows: count.nullable(),
          }),
        ),
      })
      .meta({ id: 'Tables' }),
  },
  'POST /sources/preview': {
    summary: 'Columns and first rows of a table or file.',
    role: 'editor',
    body: z.strictObject({
      source: previewSource,
      rows: z.int().min(1).max(200).default(50),
    }),
    answer: preview,
  },
  'POST /uploads': {
    summary: 'A file as `application/octet-stream`; kept by its content, so that twice is once.',
    role: 'editor',
    query: z.strictObject({
      /** Ends in .csv, .tsv, .parquet, .json, .jsonl, .ndjson, .arrow or .feather. */
      name: z.string().min(1).max(255),
    }),
    upload: true,
    answer: upload,
    status: 201,
  },
  'GET /uploads/{upload}': {
    summary: 'An uploaded file by the digest of its bytes, under the name that it came with last.',
    role: 'viewer',
    params: z.strictObject({ upload: digest }),
    answer: upload,
  },
} as const satisfies { readonly [key: string]: Endpoint };
