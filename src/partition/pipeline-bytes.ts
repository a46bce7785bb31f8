import { z } from 'zod';
import { Failure } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import { adjustmentSchema } from '../estimators/adjustment.ts';
import { loadModel } from '../estimators/registry.ts';
import { loadHandling } from '../features/handle/handling.ts';
import { canonicalJson } from '../frame/digest.ts';
import { engineerStepSchema } from '../spec/features.ts';
import type { Pipeline } from './pipeline.ts';

/** Bytes: magic, version, header length (u32, little-endian), header (canonical JSON), the estimator's own bytes. */
const MAGIC = Buffer.from('PPIPE');
const VERSION = 1;
const HEADER_START = MAGIC.length + 1 + 4;

const headerSchema = z.strictObject({
  task: z.enum(['classification', 'regression']),
  classes: z.array(z.string()),
  sources: z.array(
    z.strictObject({ name: z.string(), kind: z.enum(['number', 'category', 'time']) }),
  ),
  steps: z.array(engineerStepSchema),
  timezone: z.string().min(1),
  key: z.array(z.string()),
  target: z.string().min(1),
  handling: z.json(),
  adjustments: z.array(adjustmentSchema).default([]),
});

/** The model as bytes: equal data, spec, seed and code give equal bytes. No name of a run, time, thread or machine. */
export function pipelineToBytes({ contract, handling, model, adjustments }: Pipeline): Uint8Array {
  const more = adjustments.length > 0 ? { adjustments } : {};
  const header = Buffer.from(
    canonicalJson({ ...contract, handling: handling.toJson(), ...more } as unknown as Json),
  );
  const start = Buffer.alloc(HEADER_START);
  MAGIC.copy(start);
  start.writeUInt8(VERSION, MAGIC.length);
  start.writeUInt32LE(header.length, MAGIC.length + 1);
  return new Uint8Array(Buffer.concat([start, header, model.toBytes()]));
}

/** Throws `Failure('corrupt-object')` on bytes that `pipelineToBytes` of this version did not make. */
export function loadPipeline(bytes: Uint8Array): Pipeline {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_START || !view.subarray(0, MAGIC.length).equals(MAGIC))
    throw corrupt('they do not begin like one');
  const version = view.readUInt8(MAGIC.length);
  if (version !== VERSION) throw corrupt(`they are version ${version}, this code reads ${VERSION}`);
  const end = HEADER_START + view.readUInt32LE(MAGIC.length + 1);
  if (end > bytes.length) throw corrupt('they end within the header');
  const { handling, adjustments, ...contract } = parseHeader(
    view.toString('utf8', HEADER_START, end),
  );
  return {
    contract,
    handling: loadHandling(handling),
    model: loadModel(bytes.subarray(end)),
    adjustments,
  };
}

function parseHeader(text: string): z.output<typeof headerSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw corrupt('their header is no JSON', cause);
  }
  const header = headerSchema.safeParse(json);
  if (!header.success)
    throw corrupt(`their header is wrong: ${header.error.issues[0]?.message}`, header.error);
  return header.data;
}

function corrupt(because: string, cause?: unknown): Failure {
  return new Failure('corrupt-object', `The bytes are no model of ours: ${because}.`, { cause });
}
