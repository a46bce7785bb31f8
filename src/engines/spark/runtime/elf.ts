import { open } from 'node:fs/promises';
import { Failure } from '../../../domain/failure.ts';

/** What a Linux program needs of the machine that runs it. */
export type ElfProgram = {
  /** As `uname -m` says it. */
  readonly machine: string;
  /** The loader that comes with the C library; null for a program that needs none. */
  readonly loader: string | null;
};

const HEADER_BYTES = 64;
const MACHINE_AT = 18;
const PROGRAM_HEADERS_AT = 32;
const ENTRY_SIZE_AT = 54;
const ENTRY_COUNT_AT = 56;
const PT_INTERP = 3;
const MACHINES: { readonly [code: number]: string } = { 62: 'x86_64', 183: 'aarch64' };

/** Reads the headers of a 64-bit little-endian ELF file. Throws `Failure('usage')` when it is none that we know. */
export async function readElf(path: string): Promise<ElfProgram> {
  const file = await open(path);
  try {
    const read = async (at: number, length: number) => {
      const bytes = Buffer.alloc(length);
      await file.read(bytes, 0, length, at);
      return bytes;
    };
    const header = await read(0, HEADER_BYTES);
    const machine = MACHINES[header.readUInt16LE(MACHINE_AT)];
    if (header.toString('latin1', 0, 5) !== '\x7fELF\x02' || machine === undefined)
      throw new Failure(
        'usage',
        `${path} is no Linux program for ${Object.values(MACHINES).join(' or ')}, which executors of Spark need; name one with --node.`,
      );
    const size = header.readUInt16LE(ENTRY_SIZE_AT);
    const count = header.readUInt16LE(ENTRY_COUNT_AT);
    const entries = await read(Number(header.readBigUInt64LE(PROGRAM_HEADERS_AT)), size * count);
    for (let at = 0; at < entries.length; at += size) {
      if (entries.readUInt32LE(at) !== PT_INTERP) continue;
      const start = Number(entries.readBigUInt64LE(at + 8));
      const length = Number(entries.readBigUInt64LE(at + 32));
      return {
        machine,
        loader: (await read(start, length)).toString('latin1').replace(/\0.*$/s, ''),
      };
    }
    return { machine, loader: null };
  } finally {
    await file.close();
  }
}
