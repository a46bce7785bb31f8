import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { ClientWritableStream } from '@grpc/grpc-js';
import type { AddArtifactsRequest } from './gen/spark/connect/AddArtifactsRequest.ts';

/**
 * A file for the executors of a session. Its name says where it goes: `files/NAME`, or `archives/NAME.tgz#FOLDER` to be
 * unpacked. A name is bound to its content for as long as the session lives, so names hold a hash of the content.
 */
export type Artifact = {
  readonly name: string;
  readonly content: Uint8Array | { readonly path: string };
};

/** Spark's servers take 4 MB a message by default of gRPC; theirs use 32 KB chunks. */
const CHUNK_BYTES = 2 ** 20;

type Envelope = Pick<AddArtifactsRequest, 'sessionId' | 'userContext' | 'clientType'>;

/** Sends an artifact in chunks with their checksums, no faster than the connection takes them, and ends the stream. */
export async function sendArtifact(
  stream: ClientWritableStream<AddArtifactsRequest>,
  envelope: Envelope,
  { name, content }: Artifact,
): Promise<void> {
  if (content instanceof Uint8Array) {
    const chunkAt = async (at: number) => content.subarray(at, at + CHUNK_BYTES);
    await sendChunks(stream, envelope, name, content.length, chunkAt);
  } else {
    const file = await open(content.path);
    try {
      const { size } = await file.stat();
      const chunkAt = async (at: number) => {
        const target = Buffer.alloc(Math.min(CHUNK_BYTES, size - at));
        const { bytesRead } = await file.read(target, 0, target.length, at);
        return target.subarray(0, bytesRead);
      };
      await sendChunks(stream, envelope, name, size, chunkAt);
    } finally {
      await file.close();
    }
  }
  stream.end();
}

async function sendChunks(
  stream: ClientWritableStream<AddArtifactsRequest>,
  envelope: Envelope,
  name: string,
  totalBytes: number,
  chunkAt: (at: number) => Promise<Uint8Array>,
): Promise<void> {
  const first = checked(await chunkAt(0));
  if (totalBytes <= CHUNK_BYTES) {
    await send(stream, { ...envelope, batch: { artifacts: [{ name, data: first }] } });
    return;
  }
  const numChunks = Math.ceil(totalBytes / CHUNK_BYTES);
  const beginChunk = { name, totalBytes, numChunks, initialChunk: first };
  await send(stream, { ...envelope, beginChunk });
  for (let chunk = 1; chunk < numChunks; chunk++)
    await send(stream, { ...envelope, chunk: checked(await chunkAt(chunk * CHUNK_BYTES)) });
}

function checked(data: Uint8Array): { readonly data: Buffer; readonly crc: number } {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  return { data: bytes, crc: crc32(bytes) };
}

/** A stream that has ended meanwhile takes nothing more; its answer says why. */
function send(
  stream: ClientWritableStream<AddArtifactsRequest>,
  request: AddArtifactsRequest,
): Promise<void> {
  return new Promise((resolve) => {
    stream.write(request, () => resolve());
  });
}
