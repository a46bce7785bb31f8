import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Failure } from '../domain/failure.ts';
import { findDelimiter } from './csv-dialect.ts';
import { CsvScanner, firstRecord, type RecordEnd } from './csv-scanner.ts';
import { tooManyCells } from './read-failure.ts';

const CHUNK_BYTES = 1 << 20;
/** How compressed files begin, in hexadecimal. */
const COMPRESSED: readonly (readonly [string, RegExp])[] = [
  ['gzip', /^1f8b/],
  ['zstd', /^28b52ffd/],
  ['bzip2', /^425a68/],
  ['xz', /^fd377a58/],
  ['zip', /^504b0304/],
];
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

export type CsvShape = {
  readonly delimiter: string;
  readonly names: readonly string[];
  /** Records after the header. */
  readonly rowCount: number;
  readonly longestRecord: number;
  /** Bytes of the byte order mark and the header. */
  readonly bodyOffset: number;
  /** DuckDB can't read the file as it is: line ends are mixed, or the header spans lines. */
  readonly needsRepair: boolean;
};

export type CsvFile = { readonly path: string; readonly shown: string };

/**
 * Looks through a whole CSV file before anything is read from it: encoding, quotes, width of every record, names.
 * Throws `Failure('invalid-data')` with line or offset, and `limit-exceeded` at too many cells.
 */
export async function scanCsv(
  file: CsvFile,
  options: { readonly delimiter?: string | undefined; readonly maxCells: number },
): Promise<CsvShape> {
  const { shown } = file;
  let scanner: CsvScanner | undefined;
  let head: Buffer = Buffer.alloc(0);
  let bomBytes = 0;
  let delimiter = options.delimiter;
  let offset = 0;
  for await (const { bytes, isFirst } of wholeCharacters(file)) {
    const text = isFirst && bytes.subarray(0, 3).equals(BOM) ? bytes.subarray(3) : bytes;
    if (isFirst) bomBytes = bytes.length - text.length;
    delimiter ??= findDelimiter(text);
    scanner ??= new CsvScanner(shown, delimiter);
    checkBytes(bytes, { shown, offset, line: scanner.line });
    scanner.feed(text);
    offset += bytes.length;
    if (head.length < bomBytes + scanner.headerBytes || scanner.recordCount === 0)
      head = Buffer.concat([head, text]);
    if (scanner.recordCount * scanner.width > options.maxCells)
      throw tooManyCells(shown, scanner.recordCount, scanner.width, options.maxCells);
  }
  scanner?.end();
  if (scanner === undefined || delimiter === undefined || scanner.recordCount === 0)
    throw new Failure('invalid-data', `${shown} is empty.`);
  const header = head.subarray(0, scanner.headerBytes || head.length).toString();
  return {
    delimiter,
    names: checkNames(firstRecord(header, delimiter), shown),
    rowCount: scanner.recordCount - 1,
    longestRecord: scanner.longestRecord,
    bodyOffset: bomBytes + scanner.headerBytes,
    needsRepair: scanner.lineEnds.size > 1 || /[\r\n]/.test(header.replace(/(\r\n|\r|\n)$/, '')),
  };
}

/** The records after the header with `\n` between them, as bytes. */
export async function* repairedBody(file: CsvFile, shape: CsvShape): AsyncGenerator<Buffer> {
  const scanner = new CsvScanner(file.shown, shape.delimiter);
  let toSkip = shape.bodyOffset;
  for await (const chunk of readChunks(file.path)) {
    const body = chunk.subarray(Math.min(toSkip, chunk.length));
    toSkip -= chunk.length - body.length;
    const followers: number[] = [];
    const ended: RecordEnd = (at, isFollower) => {
      if (isFollower) followers.push(at);
      else body[at] = 0x0a;
    };
    scanner.feed(body, ended);
    yield followers.length === 0 ? body : without(body, followers);
  }
}

function without(bytes: Buffer, offsets: readonly number[]): Buffer {
  const kept: Buffer[] = [];
  let from = 0;
  for (const offset of offsets) {
    kept.push(bytes.subarray(from, offset));
    from = offset + 1;
  }
  return Buffer.concat([...kept, bytes.subarray(from)]);
}

/** Chunks that end between characters, so that each can be checked alone. */
async function* wholeCharacters(
  file: CsvFile,
): AsyncGenerator<{ readonly bytes: Buffer; readonly isFirst: boolean }> {
  let rest = Buffer.alloc(0);
  let isFirst = true;
  for await (const chunk of readChunks(file.path)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = lastBoundary(bytes);
    rest = Buffer.from(bytes.subarray(end));
    if (end > 0) {
      yield { bytes: bytes.subarray(0, end), isFirst };
      isFirst = false;
    }
  }
  if (rest.length > 0) yield { bytes: rest, isFirst };
}

/** After the last byte that can't be the inside of a character; a character has at most four bytes. */
function lastBoundary(bytes: Buffer): number {
  for (let end = bytes.length; end > Math.max(0, bytes.length - 4); end--)
    if ((bytes[end - 1] as number) < 0x80) return end;
  return bytes.length;
}

async function* readChunks(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  if (!path.endsWith('.gz')) {
    yield* file as AsyncIterable<Buffer>;
    return;
  }
  const unzipped = createGunzip({ chunkSize: CHUNK_BYTES });
  file.on('error', (error) => unzipped.destroy(error));
  yield* file.pipe(unzipped) as AsyncIterable<Buffer>;
}

function checkBytes(
  bytes: Buffer,
  at: { readonly shown: string; readonly offset: number; readonly line: number },
): void {
  const where = (index: number): string => {
    let line = at.line;
    for (let i = 0; i < index; i++) if (bytes[i] === 0x0a) line++;
    return `line ${line} (byte ${at.offset + index})`;
  };
  if (at.offset === 0) checkBeginning(bytes.toString('hex', 0, 4), at.shown);
  const nul = bytes.indexOf(0);
  if (nul >= 0) throw new Failure('invalid-data', `${at.shown} holds a NUL byte at ${where(nul)}.`);
  if (isUtf8(bytes)) return;
  const bad = Buffer.byteLength(bytes.toString().split('\uFFFD', 1)[0] as string);
  throw new Failure('invalid-data', `${at.shown} is not UTF-8 at ${where(bad)}: save it as UTF-8.`);
}

/** Throws `Failure('invalid-data')` for what is no text in UTF-8 from its first bytes on. */
function checkBeginning(beginning: string, shown: string): void {
  if (/^(fffe|feff)/.test(beginning))
    throw new Failure('invalid-data', `${shown} is UTF-16 text: save it as UTF-8.`);
  const found = COMPRESSED.find(([, magic]) => magic.test(beginning));
  if (found !== undefined)
    throw new Failure(
      'invalid-data',
      `${shown} is compressed (${found[0]}): unpack it, or compress it once with gzip and name it .csv.gz.`,
    );
}

/** Throws `Failure('invalid-data')` on names that stand twice; a column without a name gets one. */
function checkNames(names: readonly string[], shown: string): readonly string[] {
  const places = new Map<string, number>();
  return names.map((written, i) => {
    const name = written === '' ? `column ${i + 1}` : written;
    const before = places.get(name);
    if (before !== undefined)
      throw new Failure(
        'invalid-data',
        `${shown} has two columns \`${name}\`, at positions ${before} and ${i + 1}: rename one.`,
      );
    places.set(name, i + 1);
    return name;
  });
}
