/**
 * `npm run bench -- modelset [--members 100000] [--opened 1000]`: writes a model set file of so many members, each with a
 * model of its own (gradient boosting of three classes), and opens members at random: the file is opened, the member found, its bytes
 * read and checked, the model made. Prints milliseconds at the 50th, 95th and 99th percentile, and the share of the file that was read.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Digest } from '../../src/domain/digest.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import { answerFor, soleMember } from '../../src/partition/model-set.ts';
import { loadPipeline, pipelineToBytes } from '../../src/partition/pipeline-bytes.ts';
import type { ServedMember } from '../../src/serving/model-set.ts';
import { SetReader } from '../../src/serving/set-file/set-reader.ts';
import { writeSet } from '../../src/serving/set-file/write-set.ts';
import { machineSpec } from '../support/machines.ts';

const { values } = parseArgs({
  options: {
    members: { type: 'string', default: '100000' },
    opened: { type: 'string', default: '1000' },
  },
});
const [members, opened] = [Number(values.members), Number(values.opened)];
const folder = mkdtempSync(join(tmpdir(), 'partita-bench-modelset-'));
const path = join(folder, 'bench.partita');

try {
  const began = performance.now();
  const { texts, bytes } = await write();
  const size = statSync(path).size;
  console.log(
    `${members} members, ${(size / 2 ** 20).toFixed(0)} MB, models of ${bytes} bytes, written in ${seconds(began)} s`,
  );
  const times: number[] = [];
  let most = 0;
  // One that nobody counts: code is compiled.
  await openOne(texts[0] as string);
  for (let i = 0; i < opened; i++) {
    const text = texts[Math.floor(Math.random() * members)] as string;
    const started = performance.now();
    most = Math.max(most, await openOne(text));
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) =>
    (times[Math.floor(share * (times.length - 1))] as number).toFixed(2);
  console.log(`opened one: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`);
  console.log(`read at most ${most} bytes: ${((most / size) * 100).toFixed(3)} % of the file`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function write(): Promise<{ readonly texts: readonly string[]; readonly bytes: number }> {
  const fixture = JSON.parse(readFileSync('test/fixtures/onnx/onnx.json', 'utf8')) as {
    readonly cases: readonly { readonly pipeline: string }[];
  };
  const pipeline = loadPipeline(Buffer.from(fixture.cases[0]?.pipeline ?? '', 'base64'));
  const bytesOf = (i: number) =>
    pipelineToBytes({ ...pipeline, contract: { ...pipeline.contract, target: `load ${i}` } });
  const texts = Array.from({ length: members }, (_, i) => `customer=${i}`);
  const places = new Map<Digest, number>();
  const entries = texts.map((text, i): readonly [string, ServedMember] => {
    const bytes = bytesOf(i);
    const digest = digestBytes(bytes);
    places.set(digest, i);
    const place = { pack: digest, offset: 0, length: bytes.length };
    return [text, soleMember({ rung: 'own', reason: null, digest, bytes: place })];
  });
  const models = {
    members: new Map(entries),
    unanswered: new Map(),
    global: null,
    globalWithheld: null,
  };
  await writeSet(path, {
    served: { spec: machineSpec({}), classes: pipeline.contract.classes, columns: [], models },
    change: { at: new Date().toISOString(), by: 'bench', run: null, reason: null },
    read: async ({ pack }) => bytesOf(places.get(pack) as number),
  });
  return { texts, bytes: bytesOf(0).length };
}

/** Bytes read. */
async function openOne(text: string): Promise<number> {
  const reader = await SetReader.open(path);
  try {
    const { member } = answerFor(text, await reader.models([text]));
    const [part] = member?.parts ?? [];
    if (part === undefined) throw new Error(`Nobody answers for ${text}.`);
    loadPipeline(await reader.model(part.bytes, part.digest)).model.free?.();
    return reader.bytesRead;
  } finally {
    await reader.close();
  }
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
