import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/domain/digest.ts';
import { digestBytes } from '../../../src/frame/digest.ts';
import { answerFor, soleMember } from '../../../src/partition/model-set.ts';
import type { ServedMember, ServedModels, ServedSet } from '../../../src/serving/model-set.ts';
import { replaceMember, withdrawMember } from '../../../src/serving/set-file/change-set.ts';
import { DATA_START, SLOT_BYTES } from '../../../src/serving/set-file/layout.ts';
import { SetReader } from '../../../src/serving/set-file/set-reader.ts';
import { verifySet } from '../../../src/serving/set-file/verify-set.ts';
import { writeSet } from '../../../src/serving/set-file/write-set.ts';
import type { PackMember } from '../../../src/stores/objects/pack.ts';
import { machineSpec } from '../../support/machines.ts';
import { testFolder } from '../../support/test-folder.ts';

const SAID = { at: '2026-11-26T12:00:00.000Z', by: 'ann', run: 'r1', reason: null };

/** Models that are told apart by their bytes, and a store that holds them. */
class Models {
  readonly #bytes = new Map<Digest, Uint8Array>();

  readonly read = async ({ pack }: PackMember): Promise<Uint8Array> =>
    this.#bytes.get(pack) ?? new Uint8Array();

  member(rung: 'own' | 'parent' | 'global', content: string, reason: string | null = null) {
    const bytes = Buffer.from(content);
    const digest = digestBytes(bytes);
    this.#bytes.set(digest, bytes);
    const place = { pack: digest, offset: 0, length: bytes.length };
    return soleMember({ rung, reason, digest, bytes: place });
  }
}

function servedBy(models: Partial<ServedSet>): ServedModels {
  const none = { members: new Map(), unanswered: new Map(), global: null, globalWithheld: null };
  const columns = [{ name: 'x', kind: 'number', sourceType: 'DOUBLE', holds: 'number' }] as const;
  return { spec: machineSpec({}), classes: ['a', 'b'], columns, models: { ...none, ...models } };
}

/** A set of parents, a global model, one partition that nobody answers for, and these own models. */
function regions(models: Models, texts: readonly string[]) {
  return servedBy({
    members: new Map(texts.map((text) => [text, models.member('own', `own of ${text}`)])),
    unanswered: new Map([['region=south/store=9', 'too_few_rows']]),
    parents: new Map([['region=north', models.member('parent', 'north', 'unseen_partition')]]),
    global: models.member('global', 'all'),
  });
}

async function fileOf(served: ServedModels, { read }: Models): Promise<string> {
  const path = join(testFolder(), 'set.partita');
  await writeSet(path, { served, read, change: SAID });
  return path;
}

/** The model that answers alone. */
function partOf(member: ServedMember | null): ServedMember['parts'][number] {
  const [part] = member?.parts ?? [];
  if (part === undefined) throw new Error('Nobody answers.');
  return part;
}

async function reading<Result>(
  path: string,
  use: (reader: SetReader) => Promise<Result>,
): Promise<Result> {
  const reader = await SetReader.open(path);
  try {
    return await use(reader);
  } finally {
    await reader.close();
  }
}

/** Who answers, by the bytes of its model. */
async function answerIn(path: string, text: string): Promise<readonly (string | null)[]> {
  return reading(path, async (reader) => {
    const { member, reason } = answerFor(text, await reader.models([text]));
    const [part] = member?.parts ?? [];
    const bytes = part && (await reader.model(part.bytes, part.digest));
    return [member?.rung ?? 'none', bytes ? Buffer.from(bytes).toString() : null, reason];
  });
}

const STORES = ['region=north/store=1', 'region=north/store=2', 'region=south/store=1'];

describe('a model set file', () => {
  it('answers for every text as the set that it was written from, and shared models stand in it once', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(text, { maxLength: 300 }), text, async (texts, unseen) => {
        const models = new Models();
        const served = servedBy({
          members: new Map(
            texts.map((one, i) => [one, models.member('own', `model ${i % 7}`, `why ${i}`)]),
          ),
          unanswered: new Map([['nobody', 'skipped']]),
          global: models.member('global', 'model 3'),
        });
        const path = await fileOf(served, models);
        const asked = [...texts.slice(0, 9), unseen, 'nobody'];
        await reading(path, async (reader) => {
          const [some, all] = [await reader.models(asked), await reader.models()];
          expect([...all.members.keys()].sort()).toEqual([...texts].sort());
          for (const one of asked) {
            const { member, reason } = answerFor(one, served.models);
            const expected = { digest: member?.digest, rung: member?.rung, reason };
            for (const found of [some, all].map((set) => answerFor(one, set)))
              expect({
                digest: found.member?.digest,
                rung: found.member?.rung,
                reason: found.reason,
              }).toEqual(expected);
          }
        });
        const used = new Set([3, ...texts.map((_, i) => i % 7)]);
        expect((await verifySet(path)).models).toBe(used.size);
      }),
      { numRuns: 30 },
    );
  });

  it('opens one of many by reading less than a hundredth of it', async () => {
    const models = new Models();
    const count = 20_000;
    const texts = Array.from({ length: count }, (_, i) => `customer=${i}`);
    const members = new Map(
      texts.map((text) => [text, models.member('own', text.padEnd(600, '.'))]),
    );
    const path = await fileOf(servedBy({ members }), models);
    const size = readFileSync(path).length;
    for (const i of [0, 7_777, count - 1]) {
      await reading(path, async (reader) => {
        const wanted = texts[i] as string;
        const part = partOf(answerFor(wanted, await reader.models([wanted])).member);
        const bytes = await reader.model(part.bytes, part.digest);
        expect(Buffer.from(bytes).toString().startsWith(`${wanted}.`)).toBe(true);
        expect(reader.bytesRead).toBeLessThan(size / 100);
      });
    }
  });

  it('gets another member, or loses one, alone; whoever has it open goes on with what was', async () => {
    const models = new Models();
    const [north = '', , south = ''] = STORES;
    const path = await fileOf(regions(models, STORES), models);
    const before = readFileSync(path).length;
    const opened = await SetReader.open(path);
    const second = { ...SAID, run: 'r2', reason: 'newer' };
    const retrained = servedBy({ members: new Map([[north, models.member('own', 'retrained')]]) });
    const from = { served: retrained, read: models.read };
    const changed = await replaceMember(path, north, from, second);
    expect(changed).toMatchObject({ version: 2, isNew: true });
    expect(await replaceMember(path, north, from, second)).toEqual({ ...changed, isNew: false });
    expect(readFileSync(path).length - before).toBeLessThan(8192);
    expect(await answerIn(path, north)).toEqual(['own', 'retrained', null]);

    const why = { ...SAID, run: null, reason: 'bad sensor' };
    for (const isNew of [true, false])
      expect(await withdrawMember(path, STORES[1] ?? '', why)).toMatchObject({ version: 3, isNew });
    await withdrawMember(path, south, why);
    expect(await answerIn(path, STORES[1] ?? '')).toEqual([
      'parent',
      'north',
      'withdrawn: bad sensor',
    ]);
    expect(await answerIn(path, south)).toEqual(['global', 'all', 'withdrawn: bad sensor']);
    const refused = 'region=south/store=9';
    expect(await withdrawMember(path, refused, why)).toMatchObject({ isNew: false });
    expect(await answerIn(path, refused)).toEqual(['none', null, 'too_few_rows']);
    await expect(opened.confirm()).resolves.toBeUndefined();
    await reading(path, async ({ manifest }) => {
      expect(
        manifest.history.map(({ version, kind, partition, run }) => [
          version,
          kind,
          partition,
          run,
        ]),
      ).toEqual([
        [1, 'made', null, 'r1'],
        [2, 'replaced', north, 'r2'],
        [3, 'withdrawn', STORES[1], null],
        [4, 'withdrawn', south, null],
      ]);
      expect(manifest.counts).toEqual({ members: 3, unanswered: 1, parents: 1 });
    });
    const part = partOf(answerFor(north, await opened.models([north])).member);
    const old = await opened.model(part.bytes, part.digest);
    expect(Buffer.from(old).toString()).toBe(`own of ${north}`);
    expect(opened.manifest.version).toBe(1);
    await opened.close();
  });

  it('tells who has it open that another file stands at its path by now', async () => {
    const models = new Models();
    const path = await fileOf(servedBy({}), models);
    await reading(path, async (reader) => {
      await writeSet(path, { served: servedBy({}), read: models.read, change: SAID });
      await expect(reader.confirm()).rejects.toMatchObject({ kind: 'conflict' });
    });
  });

  it('gains a partition that it did not have, before all others too', async () => {
    const models = new Models();
    const path = await fileOf(servedBy({}), models);
    for (const text of ['m=2', 'm=1', 'm=3']) {
      const served = servedBy({ members: new Map([[text, models.member('own', text)]]) });
      await replaceMember(path, text, { served, read: models.read }, SAID);
    }
    for (const text of ['m=1', 'm=2', 'm=3'])
      expect(await answerIn(path, text)).toEqual(['own', text, null]);
    expect(await answerIn(path, 'm=0')).toEqual(['none', null, 'no_model']);
  });

  it('is the version before a change that was cut off anywhere', async () => {
    const models = new Models();
    const path = await fileOf(regions(models, STORES), models);
    const whole = readFileSync(path);
    const changed = `${path}.changed`;
    copyFileSync(path, changed);
    await withdrawMember(changed, STORES[0] ?? '', SAID);
    const after = readFileSync(changed);
    const length = fc.integer({ min: whole.length, max: after.length });
    await fc.assert(
      fc.asyncProperty(
        length,
        fc.integer({ min: 0, max: SLOT_BYTES - 1 }),
        async (end, written) => {
          // Parts are flushed before the slot is written: cut among the former, the latter is as it was.
          const parts = Buffer.from(after.subarray(0, end));
          whole.copy(parts, 0, 0, DATA_START);
          writeFileSync(path, parts);
          expect(await answerIn(path, STORES[0] ?? '')).toEqual([
            'own',
            `own of ${STORES[0]}`,
            null,
          ]);
          const slot = Buffer.from(after);
          whole.copy(slot, SLOT_BYTES + written, SLOT_BYTES + written, SLOT_BYTES * 2);
          writeFileSync(path, slot);
          const [, found] = await answerIn(path, STORES[0] ?? '');
          const version = await reading(path, async ({ manifest }) => manifest.version);
          expect(found).toBe(version === 1 ? `own of ${STORES[0]}` : 'north');
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is refused where a byte of what is read was changed, and told apart from what is no model set', async () => {
    const models = new Models();
    const path = await fileOf(regions(models, STORES), models);
    const whole = readFileSync(path);
    for (let at = DATA_START; at < whole.length; at += 97) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] as number) ^ 1;
      writeFileSync(path, bytes);
      await expect(verifySet(path)).rejects.toMatchObject({ kind: 'corrupt-object' });
    }
    writeFileSync(path, whole);
    truncateSync(path, whole.length - 1);
    await expect(verifySet(path)).rejects.toMatchObject({ kind: 'corrupt-object' });
    writeFileSync(path, 'type,load\npump,3\n');
    await expect(verifySet(path)).rejects.toMatchObject({ kind: 'unsupported' });
    await expect(verifySet(`${path}.nowhere`)).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('is not changed by two at once, by models that read other columns, or by nobody', async () => {
    const models = new Models();
    const path = await fileOf(regions(models, STORES), models);
    const [text = ''] = STORES;
    const served = servedBy({ members: new Map([[text, models.member('own', 'other')]]) });
    const replace = (by: ServedModels, partition = text) =>
      replaceMember(path, partition, { served: by, read: models.read }, SAID);
    writeFileSync(`${path}.lock`, '');
    await expect(replace(served)).rejects.toMatchObject({ kind: 'conflict' });
    await expect(replace(served)).rejects.toThrow(`${path}.lock`);
    rmSync(`${path}.lock`);
    await expect(replace({ ...served, classes: ['a'] })).rejects.toThrow('other classes');
    const { spec } = served;
    const elsewhere = { ...spec, data: { ...spec.data, timezone: 'Europe/Berlin' } };
    await expect(replace({ ...served, spec: elsewhere })).rejects.toThrow('other time zones');
    const upper = {
      ...spec,
      partition: { ...spec.partition, normalise: ['trim' as const] },
    };
    await expect(replace({ ...served, spec: upper })).rejects.toThrow('other partition columns');
    await expect(replace({ ...served, columns: [] })).rejects.toThrow('other columns');
    await expect(replace(served, 'm=4')).rejects.toMatchObject({ kind: 'not-found' });
    await expect(withdrawMember(path, 'm=4', SAID)).rejects.toMatchObject({ kind: 'not-found' });
    expect((await verifySet(path)).version).toBe(1);
  });
});
