import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isFailure } from '../../src/domain/failure.ts';
import { type Database, openDatabase } from '../../src/frame/duckdb.ts';
import { sqlPath } from '../../src/frame/sql-text.ts';
import { loadSource } from '../../src/sources/load-source.ts';
import { RAW } from '../../src/sources/raw-table.ts';
import type { Source } from '../../src/spec/source.ts';
import { seededDraws } from '../support/draws.ts';
import { makeFolder } from '../support/test-folder.ts';

/** 1,000 damaged files in all; the seed makes a failure come again. */
const VARIANTS = [
  ['csv', 500],
  ['json', 200],
  ['parquet', 300],
] as const satisfies readonly (readonly [Source['kind'], number])[];

const folder = makeFolder();
let database: Database;
const sound = new Map<string, Buffer>();

beforeAll(async () => {
  database = await openDatabase({ threads: 1, memoryMb: 512 });
  const lines = Array.from(
    { length: 60 },
    (_, i) => `${i % 3 === 0 ? 'ä "b"' : 'c'},${i},${i / 7},2026-01-${10 + (i % 20)}`,
  );
  sound.set(
    'csv',
    Buffer.from(`k,n,x,t\n${lines.map((line) => line.replace('ä "b"', '"ä ""b"""')).join('\n')}\n`),
  );
  sound.set(
    'json',
    Buffer.from(
      lines.map((line) => `${JSON.stringify({ k: line, n: line.length, x: null })}\n`).join(''),
    ),
  );
  for (const codec of ['snappy', 'uncompressed', 'zstd']) {
    const path = join(folder, `${codec}.parquet`);
    await database.run(
      `COPY (SELECT i, i / 7.0 AS x, 'text ' || (i % 9) AS t, TIMESTAMP '2026-01-01' + INTERVAL (i) HOUR AS at FROM range(300) r(i)) TO ${sqlPath(path)} (FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE 128)`,
    );
    sound.set(`parquet ${codec}`, readFileSync(path));
  }
});
afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Bytes flipped, cut off, repeated, moved or put in. */
function damaged(bytes: Buffer, draws: ReturnType<typeof seededDraws>): Buffer {
  const at = draws.integer(bytes.length);
  const upTo = Math.min(bytes.length, at + 1 + draws.integer(40));
  const spoilt = [0, 0xff, 0x22, 0x0a, 0x0d, 0x2c, 0x7f, 0x80];
  switch (draws.integer(5)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, upTo), bytes.subarray(at)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(upTo)]);
    case 3: {
      const inserted = Buffer.from(
        Array.from({ length: 1 + draws.integer(6) }, () => spoilt[draws.integer(8)] as number),
      );
      return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
    }
    default: {
      const flipped = Buffer.from(bytes);
      for (let i = 0; i <= draws.integer(8); i++) {
        const place = draws.integer(flipped.length);
        flipped[place] = (flipped[place] as number) ^ (1 << draws.integer(8));
      }
      return flipped;
    }
  }
}

/** `read`, or the kind of the failure; anything else is thrown. */
async function readingOf(kind: 'csv' | 'json' | 'parquet', bytes: Buffer): Promise<string> {
  writeFileSync(join(folder, `damaged.${kind}`), bytes);
  try {
    await loadSource(
      { kind, path: `damaged.${kind}` },
      {
        database,
        baseFolder: folder,
        scratchFolder: folder,
        sourceUrl: undefined,
        nullValues: [],
        maxCells: 100_000,
        isDropped: () => false,
        signal: new AbortController().signal,
        onProgress: () => undefined,
      },
    );
    return 'read';
  } catch (error) {
    if (!isFailure(error)) throw error;
    return error.kind;
  } finally {
    await database.run(`DROP TABLE IF EXISTS ${RAW}`);
  }
}

describe('a thousand damaged files', () => {
  it.each(VARIANTS)(
    'of kind %s, %i of them, are read or refused with a sentence',
    async (kind, count) => {
      const originals = [...sound]
        .filter(([name]) => name.startsWith(kind))
        .map(([, bytes]) => bytes);
      const outcomes = new Map<string, number>();
      for (let seed = 0; seed < count; seed++) {
        const draws = seededDraws(seed);
        const bytes = damaged(originals[seed % originals.length] as Buffer, draws);
        const outcome = await readingOf(kind, bytes).catch((cause: unknown) => {
          throw new Error(`Seed ${seed} of ${kind} is no one's fault.`, { cause });
        });
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      expect([...outcomes.keys()].sort()).toEqual(expect.arrayContaining(['invalid-data', 'read']));
      expect(
        [...outcomes.keys()].filter(
          (one) => !['read', 'invalid-data', 'limit-exceeded'].includes(one),
        ),
      ).toEqual([]);
    },
  );
});
