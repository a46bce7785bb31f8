import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hexOf } from '../../../../src/domain/digest.ts';
import type { Outcome } from '../../../../src/engines/engine.ts';
import type { GroupCommand } from '../../../../src/engines/spark/command.ts';
import { openFolder, removeFolder } from '../../../../src/stores/objects/executors-folder.ts';
import { createFileObjectStore } from '../../../../src/stores/objects/file-object-store.ts';
import type { PackTarget } from '../../../../src/stores/objects/pack-target.ts';
import { startCuttableProxy } from '../../../support/cuttable-proxy.ts';
import { FakeJvm } from '../../../support/fake-jvm.ts';
import { Receiver } from '../../../support/receiver.ts';
import {
  commandOf,
  frame,
  MODULE,
  oneRowEach,
  partition,
  runLocally,
  useModule,
} from '../../../support/worker-commands.ts';

const TASKS = 300;
const JOB = 'the-operation';

describe('blobs of a map with a store', () => {
  let jvm: FakeJvm;
  let folder: string;
  let local: readonly Outcome[];

  beforeEach(async () => {
    jvm = new FakeJvm('4.1');
    folder = join(jvm.folder, 'objects');
    await openFolder({ folder, job: JOB });
    const { fn, ...rest } = command();
    local = await runLocally({ ...rest, fn: { ...fn, module: MODULE } });
  });
  afterEach(() => jvm.close());

  const command = (): GroupCommand => {
    const tasks = Array.from({ length: TASKS }, (_, i) => partition(`p${i}`, i, 1));
    const fn = { name: 'summarise', module: useModule(jvm), args: {} };
    return { ...commandOf('4.1', 'summarise', tasks), fn };
  };
  const onExecutor = async (): Promise<readonly Outcome[]> => {
    const worker = await jvm.startWorker();
    const packs = { kind: 'folder', folder, job: JOB } as const;
    const stored = { ...command(), packs };
    const end = await worker.run(stored, frame, oneRowEach(TASKS));
    expect(end.kind).toBe('done');
    return end.outcomes;
  };
  const blobsOf = (outcome: Outcome | undefined) => (outcome?.kind === 'ok' ? outcome.blobs : null);

  it('are written there by the executor, a pack for some hundred outcomes, and come as places', async () => {
    const outcomes = await onExecutor();
    const store = createFileObjectStore(folder);
    const places = outcomes.flatMap((outcome) =>
      outcome.kind === 'ok' ? [...(outcome.stored?.values() ?? [])] : [],
    );
    expect(readdirSync(folder)).toEqual(['incoming']);
    await store.adopt(places);
    expect(new Set(places.map(({ pack }) => pack)).size).toBe(2);
    for (const outcome of outcomes) {
      if (outcome.kind !== 'ok') throw new Error(outcome.message);
      expect(outcome.blobs.size).toBe(0);
      const expected = blobsOf(local[outcome.task]);
      expect([...(outcome.stored?.keys() ?? [])]).toEqual([...(expected?.keys() ?? [])]);
      for (const [name, { pack, offset, length }] of outcome.stored ?? []) {
        const bytes = await store.getRange(pack, offset, length);
        expect(Buffer.from(bytes).equals(expected?.get(name) ?? Buffer.of(0))).toBe(true);
        expect(await store.state(pack)).toBe('sound');
        expect(statSync(store.place(pack)).mode & 0o777).toBe(0o400);
      }
    }
    expect(readdirSync(join(folder, 'incoming', JOB))).toEqual([]);
    // A second attempt of the Spark task makes the same.
    expect((await onExecutor()).map(withoutTime)).toEqual(outcomes.map(withoutTime));
  });

  it.each<readonly [how: string, change: () => Promise<void> | void]>([
    ['has no place for the job, as another of its path', () => removeFolder({ folder, job: JOB })],
    [
      'can not be written to',
      () => {
        // Instead of a folder there is a file: whoever runs this, nothing can be put below it.
        rmSync(join(folder, 'incoming'), { recursive: true });
        mkdirSync(join(folder, 'incoming'));
        writeFileSync(join(folder, 'incoming', JOB), '');
      },
    ],
    ['is not there at all', () => rmSync(folder, { recursive: true })],
  ])('come with the outcomes where the folder %s', async (_how, change) => {
    mkdirSync(folder, { recursive: true });
    await change();
    const outcomes = await onExecutor();
    expect(outcomes.map(blobsOf)).toEqual(local.map(blobsOf));
  });

  /** Of a bucket at that address. */
  const formAt = (url: string): PackTarget => {
    return { kind: 'form', job: JOB, url, fields: {}, start: 'incoming/' };
  };
  const expired = new Receiver();
  afterEach(() => expired.down());

  it.each<readonly [why: string, said: RegExp, open: () => Promise<string>]>([
    [
      'can not be reached',
      /can't be reached from here \(ECONNREFUSED\)/g,
      async () => {
        const gone = await startCuttableProxy(1);
        await gone.close();
        return `http://127.0.0.1:${gone.port}/bucket`;
      },
    ],
    [
      'takes no more by this form',
      /takes no packs from here \(403 Forbidden\)/g,
      async () => {
        expired.status = 403;
        await expired.up();
        return `${expired.url}/bucket`;
      },
    ],
  ])(
    'come with the outcomes where the bucket %s, which is tried and said once',
    async (_why, said, open) => {
      const packs = formAt(await open());
      const worker = await jvm.startWorker();
      // One task of Spark after the other, in one process.
      for (let time = 0; time < 2; time++) {
        const end = await worker.run({ ...command(), packs }, frame, oneRowEach(TASKS));
        expect(end.kind).toBe('done');
        expect(end.outcomes.map(blobsOf)).toEqual(local.map(blobsOf));
      }
      await vi.waitFor(() => expect(jvm.said()).toMatch(said));
      expect(jvm.said().match(said)).toHaveLength(1);
      expect(expired.received.length).toBeLessThanOrEqual(1);
    },
  );

  it('are sent to the bucket by its form, a pack for some hundred outcomes, and come as places', async () => {
    const bucket = new Receiver();
    await bucket.up();
    bucket.status = 204;
    const worker = await jvm.startWorker();
    const packs = formAt(`${bucket.url}/bucket`);
    const { outcomes } = await worker.run({ ...command(), packs }, frame, oneRowEach(TASKS));
    await bucket.down();
    const stored = outcomes.flatMap((outcome) =>
      outcome.kind === 'ok' ? [...(outcome.stored?.values() ?? [])] : [],
    );
    const names = [...new Set(stored.map(({ pack }) => hexOf(pack)))];
    const [first = '', ...others] = bucket.received.map(({ body }) => body);
    expect([names.length, others.length]).toEqual([2, 1]);
    expect(first).toMatch(
      new RegExp(`name="key"\\s+incoming/${names[0]}\\s[^]*name="file"; filename="${names[0]}"`),
    );
    expect(outcomes.flatMap((outcome) => [...(blobsOf(outcome) ?? [])])).toEqual([]);
    expect(stored.every(({ job }) => job === JOB)).toBe(true);
  });
});

function withoutTime({ ms: _ms, ...outcome }: Outcome): object {
  return outcome;
}
