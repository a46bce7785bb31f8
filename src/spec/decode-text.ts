import { Failure } from '../domain/failure.ts';

/** A spec larger than this is refused before anything is built from it. */
const MAX_SPEC_BYTES = 1_048_576;

/**
 * The text of a spec file, without byte order mark and with plain line ends, so that neither changes the digest. Throws
 * `Failure('invalid-spec')` for too large a file and for bytes that are no UTF-8, with their offset.
 */
export function decodeText(content: string | Uint8Array, fileName: string): string {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  if (bytes.byteLength > MAX_SPEC_BYTES)
    throw new Failure(
      'invalid-spec',
      `The spec ${fileName} has ${bytes.byteLength} bytes; at most ${MAX_SPEC_BYTES} are read. Is it the data file?`,
    );
  const text = typeof content === 'string' ? content : decodeUtf8(content, fileName);
  return text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
}

function decodeUtf8(bytes: Uint8Array, fileName: string): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const again = Buffer.from(text);
  const offset = bytes.findIndex((byte, i) => byte !== again[i]);
  if (offset < 0) return text;
  const byte = (bytes[offset] as number).toString(16).padStart(2, '0');
  throw new Failure(
    'invalid-spec',
    `The spec ${fileName} is not UTF-8: byte 0x${byte} at offset ${offset}. Save it as UTF-8.`,
  );
}
