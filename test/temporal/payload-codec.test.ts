import { describe, expect, it } from 'vitest';
import { payloadCodec } from '../../src/temporal/payload-codec.ts';

const OLD = Buffer.alloc(32, 1);
const YOUNG = Buffer.alloc(32, 2);
const PLAIN = {
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from('{"runId":"a run that nobody should know"}'),
};

describe('what Temporal keeps, encrypted', () => {
  it('tells nothing of what it holds, is never the same twice, and is read again as it was', async () => {
    const codec = payloadCodec([YOUNG]);
    const [first, second] = await codec.encode([PLAIN, PLAIN]);
    expect(Buffer.from(first?.data ?? []).toString('latin1')).not.toContain('nobody');
    expect(first?.data).not.toEqual(second?.data);
    const [read] = await codec.decode([first ?? {}]);
    expect(read).toEqual(PLAIN);
    const [empty] = await codec.decode(await codec.encode([{ metadata: PLAIN.metadata }]));
    expect(empty?.data).toEqual(Buffer.alloc(0));
  });

  it('is read with an older key, and written with the newest', async () => {
    const before = await payloadCodec([OLD]).encode([PLAIN]);
    expect(await payloadCodec([YOUNG, OLD]).decode(before)).toEqual([PLAIN]);
    const now = await payloadCodec([YOUNG, OLD]).encode([PLAIN]);
    expect(await payloadCodec([YOUNG]).decode(now)).toEqual([PLAIN]);
  });

  it('is refused with another key, whose names are told, where it was changed, and where it is not encrypted', async () => {
    const codec = payloadCodec([YOUNG]);
    const [foreign] = await payloadCodec([OLD]).encode([PLAIN]);
    const refused = codec.decode([foreign ?? {}]);
    await expect(refused).rejects.toThrow(
      /encrypted with key [0-9a-f]{12}, and .* has [0-9a-f]{12}/,
    );
    const [own] = await codec.encode([PLAIN]);
    const data = Uint8Array.from(own?.data ?? []);
    data[data.length - 1] = (data.at(-1) ?? 0) ^ 1;
    const changed = codec.decode([{ ...own, data }]);
    await expect(changed).rejects.toMatchObject({ kind: 'corrupt-object' });
    const plain = codec.decode([PLAIN]);
    await expect(plain).rejects.toMatchObject({ kind: 'conflict' });
    await expect(plain).rejects.toThrow('not encrypted');
  });
});
