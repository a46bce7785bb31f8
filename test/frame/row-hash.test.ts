import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { digestSnapshot, hashRows, PartitionDigest } from '../../src/frame/row-hash.ts';
import { frameOf } from './frames.ts';

const hex = (bytes: Uint8Array): readonly string[] =>
  Array.from({ length: bytes.length / 16 }, (_, i) =>
    Buffer.from(bytes.subarray(i * 16, i * 16 + 16)).toString('hex'),
  );
const sha256 = (bytes: readonly number[]): string =>
  createHash('sha256').update(Uint8Array.from(bytes)).digest('hex').slice(0, 32);

describe('row hash', () => {
  it('is SHA-256 over type bytes and little-endian values, cut to 16 bytes', () => {
    const frame = frameOf({ x: [1.5, null], t: [new Date(1), null], c: ['é', null] });
    const number = [1, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f];
    const time = [3, 0xe8, 3, 0, 0, 0, 0, 0, 0];
    const text = [2, 2, 0, 0, 0, 0xc3, 0xa9];
    expect(hex(hashRows(frame))).toEqual([
      sha256([...number, ...time, ...text]),
      sha256([0, 0, 0]),
    ]);
  });

  it('takes −0 for 0, and times before 1970 as negative', () => {
    const [zero, negativeZero] = hex(hashRows(frameOf({ x: [0, -0] })));
    expect(negativeZero).toBe(zero);
    const micros = [...new Uint8Array(BigInt64Array.of(-86_400_000_000n).buffer)];
    expect(hex(hashRows(frameOf({ t: [new Date(-86_400_000)] })))).toEqual([
      sha256([3, ...micros]),
    ]);
  });

  it('tells missing from empty, a number from its text, and where one text ends', () => {
    const rows = frameOf({ a: ['', null, '1', 'ab', 'a'], b: ['', '', '', 'c', 'bc'] });
    const others = frameOf({ a: [1], b: [''] });
    const all = [
      ...hex(hashRows(rows)),
      ...hex(hashRows({ ...others, columns: [...others.columns] })),
    ];
    expect(new Set(all).size).toBe(6);
  });

  it('does not see level codes, names, or the rows around', () => {
    const cell = fc.record({ x: fc.double(), c: fc.option(fc.string(), { nil: null }) });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 20 }), (cells) => {
        const together = frameOf({
          x: cells.map(({ x }) => x),
          c: ['~', ...cells.map(({ c }) => c)].slice(1),
        });
        const alone = cells.map(({ x, c }) => hex(hashRows(frameOf({ y: [x], d: [c] })))[0]);
        // A column of nulls alone has no kind of its own; missing is missing in every kind.
        expect(hex(hashRows(together))).toEqual(alone);
      }),
    );
  });

  it('holds texts longer than its buffer', () => {
    const long = 'ü'.repeat(100_000);
    const [a, b] = hex(hashRows(frameOf({ c: [`${long}a`, `${long}b`] })));
    expect(a).not.toBe(b);
  });
});

describe('digests', () => {
  it('of a partition are the same whether its hashes come in one part or in many', () => {
    const hashes = hashRows(frameOf({ x: [1, 2, 3] }));
    const whole = new PartitionDigest();
    whole.update(hashes);
    const parts = new PartitionDigest();
    parts.update(hashes.subarray(0, 16));
    parts.update(hashes.subarray(16));
    expect(parts.digest()).toBe(whole.digest());
  });

  it('of a snapshot change with schema, text and content of any partition', () => {
    const [a, b] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`] as [Digest, Digest];
    const digests = [
      digestSnapshot(a, [{ text: 'k=1', digest: a }]),
      digestSnapshot(b, [{ text: 'k=1', digest: a }]),
      digestSnapshot(a, [{ text: 'k=2', digest: a }]),
      digestSnapshot(a, [{ text: 'k=1', digest: b }]),
    ];
    expect(new Set(digests).size).toBe(4);
  });
});
