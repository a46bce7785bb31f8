import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../../../src/domain/failure.ts';
import type { Outcome, PartitionTask } from '../../../../src/engines/engine.ts';
import { type GroupCommand, SPARK_VERSIONS } from '../../../../src/engines/spark/command.ts';
import { executorFailure } from '../../../../src/engines/spark/executor-error.ts';
import { FakeJvm, type Group, SECRET, type TaskEnd } from '../../../support/fake-jvm.ts';
import { descendants, gone, isAlive } from '../../../support/processes.ts';
import {
  batchesOf,
  commandOf,
  frame,
  MODULE,
  misbehave,
  oneRowEach,
  partition,
  ROWS,
  rowsOf,
  runLocally,
  shuffled,
  useModule,
} from '../../../support/worker-commands.ts';

describe.each(SPARK_VERSIONS)('a worker of Spark %s', (version) => {
  it('gives every partition what the local engine gives it', async () => {
    const jvm = track(new FakeJvm(version));
    await jvm.startDaemon();
    const worker = await jvm.connect();
    const folds = join(jvm.folder, 'folds');
    writeFileSync(
      folds,
      Uint8Array.from({ length: ROWS }, (_, row) => row % 251),
    );
    const input = join(jvm.folder, 'input');
    writeFileSync(input, 'the quick brown fox');
    const tasks: readonly PartitionTask[] = [
      {
        partition: {
          id: 'u',
          text: 'u',
          ranges: [
            { start: 200, count: 40 },
            { start: 7, count: 3 },
            { start: 9, count: 0 },
            { start: 290, count: 1 },
          ],
        },
        part: { part: 1 },
        inputs: [{ name: 'a', path: input, offset: 4, length: 5 }],
      },
      partition('p', 0, 5),
      partition('empty', 50, 0),
    ];
    const command: GroupCommand = {
      ...commandOf(version, 'summarise', tasks),
      folds: { path: folds },
      fn: { name: 'look', module: useModule(jvm), args: { part: 0, other: 'ö' } },
    };
    const groups: readonly Group[] = [
      { task: 2, batches: [[null]] },
      { task: 1, batches: [[4, 0], [2], [3, 1]] },
      { task: 0, batches: [shuffled(rowsOf(tasks[0] as PartitionTask))] },
    ];
    const end = await worker.run(command, frame, groups);
    expect(end.kind).toBe('done');
    const local = await runLocally({ ...command, fn: { ...command.fn, module: MODULE } });
    expect(withoutTimes(end)).toEqual(withoutTimes({ outcomes: local }));

    for (const length of [1, 7, 1000]) {
      worker.sendHead(command);
      worker.sendBatches(frame, batchesOf(groups, length));
      expect(withoutTimes(await worker.end())).toEqual(withoutTimes(end));
    }
  });

  it('serves one task after another on one connection, and brings errors where rows were begun', async () => {
    const jvm = track(new FakeJvm(version));
    await jvm.startDaemon();
    const worker = await jvm.connect();
    for (let i = 0; i < 3; i++) {
      const end = await worker.run(misbehave(jvm, ['fine', 'throw']), frame, oneRowEach(2));
      expect(end.outcomes.map(({ kind }) => kind)).toEqual(['ok', 'failed']);
    }
    const names = Array.from({ length: 300 }, () => 'fine');
    worker.sendHead(misbehave(jvm, names));
    worker.sendGroups(frame, [...oneRowEach(300), { task: 300, batches: [[1]] }]);
    const end = await worker.end();
    expect(end.kind).toBe('error');
    // The batches before the error are whole.
    expect(end.outcomes).toHaveLength(256);
    expect(end).toHaveProperty('message', expect.stringContaining('There is no task 300 of 300'));
  });
});

describe('a worker', () => {
  it.each(['TCP', 'Unix sockets'] as const)(
    'is found through a daemon or connects itself: %s',
    async (transport) => {
      const jvm = track(new FakeJvm('4.1', transport));
      await jvm.startDaemon();
      const ofDaemon = await jvm.connect();
      const alone = await jvm.startWorker();
      for (const worker of [ofDaemon, alone]) {
        expect(isAlive(worker.pid)).toBe(true);
        const end = await worker.run(misbehave(jvm, ['fine']), frame, oneRowEach(1));
        expect(end.outcomes).toMatchObject([{ kind: 'ok' }]);
      }
      if (transport === 'TCP') expect([ofDaemon.answer, alone.answer]).toEqual(['ok', SECRET]);
    },
  );

  it('turns away who does not know the secret', async () => {
    const jvm = track(new FakeJvm('4.1'));
    await jvm.startDaemon();
    const stranger = await jvm.connect('guessed');
    expect(stranger.answer).toBe('err');
    await expect(stranger.reader.bytes(1)).rejects.toThrow('closed');
  });

  it('fails only the partition that throws, leaves, or brings its process down', async () => {
    const jvm = track(new FakeJvm('4.1'));
    await jvm.startDaemon();
    const worker = await jvm.connect();
    const names = ['fine', 'throw', 'kill process', 'talk', 'exit', 'look at the environment'];
    const command = misbehave(jvm, names);
    const { outcomes } = await worker.run(command, frame, oneRowEach(names.length));
    expect(outcomes.map(reasonOf)).toEqual([
      'ok',
      'error',
      'thread_died',
      'ok',
      'thread_died',
      'ok',
    ]);
    expect(outcomes[1]).toMatchObject({ message: 'I do not like throw' });
    expect(outcomes[1]).toHaveProperty('stack', expect.stringContaining('engine-functions'));
    expect(outcomes[2]).toHaveProperty('message', expect.stringContaining('SIGKILL'));
    expect(outcomes[3]?.log).toBe('first\nsecond { third: 3 }\nfourth\n');
    expect(outcomes[4]?.log).toBe('about to leave\n');
    expect(outcomes[5]).toMatchObject({ facts: { environment: {} } });
  });

  it('ends what runs over its time, and goes on', async () => {
    const jvm = track(new FakeJvm('4.1'));
    await jvm.startDaemon();
    const worker = await jvm.connect();
    const command = {
      ...misbehave(jvm, ['loop', 'loop politely', 'fine']),
      limits: { seconds: 3, memoryMb: 512 },
    };
    const { outcomes } = await worker.run(command, frame, oneRowEach(3));
    expect(outcomes.map(reasonOf)).toEqual(['timeout', 'timeout', 'ok']);
    expect(outcomes[0]?.log).toBe('looping\n');
  });

  it('fails the partition that fills its memory, and goes on', async () => {
    const jvm = track(new FakeJvm('4.1'));
    await jvm.startDaemon();
    const worker = await jvm.connect();
    const command = {
      ...misbehave(jvm, ['fill heap', 'fill buffers', 'fine']),
      limits: { seconds: 60, memoryMb: 64 },
    };
    const { outcomes } = await worker.run(command, frame, oneRowEach(3));
    expect(outcomes.map(reasonOf)).toEqual(['out_of_memory', 'out_of_memory', 'ok']);
  });

  it('runs the functions of Partita, and names them when one is unknown', async () => {
    const jvm = track(new FakeJvm('4.1'));
    await jvm.startDaemon();
    const worker = await jvm.connect();
    const tasks = [partition('p', 0, ROWS)];
    const all = [{ task: 0, batches: [rowsOf(tasks[0] as PartitionTask)] }];
    const unknown = await worker.run(
      { ...commandOf('4.1', 'nonsense', tasks), fn: { name: 'nonsense', args: {} } },
      frame,
      all,
    );
    expect(unknown.outcomes[0]).toHaveProperty('message', expect.stringContaining('profile'));
  });

  it('says which lines of which TypeScript file a bug stands in', async () => {
    const jvm = track(new FakeJvm('4.1'));
    await jvm.startDaemon();
    const worker = await jvm.connect();
    const tasks = [partition('p', 0, 3)];
    const command = { ...commandOf('4.1', 'train', tasks), fn: { name: 'train', args: {} } };
    const end = await worker.run(command, frame, [{ task: 0, batches: [[0, 1, 2]] }]);
    expect(end.outcomes[0]).toHaveProperty(
      'stack',
      expect.stringMatching(/src\/partition\/[\w-]+\.ts:\d+/),
    );
  });

  it.each([
    [
      'a command of Python',
      { command: Buffer.from([0x80, 5]) },
      'unsupported|invalid-data',
      'Python functions',
    ],
    [
      'a client that takes it for another version',
      { pythonVersion: 'partita-1 spark=4.0' },
      'unsupported',
      'runs Spark 4.1',
    ],
    ['another client', { pythonVersion: '3.11' }, 'unsupported', 'asks for "3.11"'],
    ['another kind of function', { evalType: 201 }, 'unsupported', 'eval type 201'],
  ])('refuses %s with a sentence', async (_, change, kinds, sentence) => {
    const jvm = track(new FakeJvm('4.1'));
    await jvm.startDaemon();
    const worker = await jvm.connect();
    worker.sendHead(misbehave(jvm, ['fine']), change);
    worker.sendGroups(frame, oneRowEach(1));
    const end = await worker.end();
    const failure = end.kind === 'error' ? executorFailure(`Job aborted: ${end.message}`) : end;
    expect(failure).toBeInstanceOf(Failure);
    expect(kinds.split('|')).toContain((failure as Failure).kind);
    expect(failure).toHaveProperty('message', expect.stringContaining(sentence));
  });

  it('says that rows are missing, folds can not be read, or columns are too many', async () => {
    const jvm = track(new FakeJvm('4.1'));
    await jvm.startDaemon();
    const tasks = [partition('key=ä', 0, 5)];
    const command = commandOf('4.1', 'summarise', tasks);
    const fewer = await (await jvm.connect()).run(command, frame, [{ task: 0, batches: [[0, 1]] }]);
    expect(fewer).toMatchObject({
      kind: 'error',
      message: expect.stringContaining(
        '[PARTITA corrupt-object] Partition "key=ä": Spark sent 2 of the 5',
      ),
    });
    const folds = { path: '/nowhere' };
    const rows = [{ task: 0, batches: [[0, 1, 2, 3, 4]] }];
    const none = await (await jvm.connect()).run({ ...command, folds }, frame, rows);
    expect(none).toHaveProperty('message', expect.stringContaining('/nowhere'));
    const narrow = { ...command, columns: command.columns.slice(1) };
    const wide = await (await jvm.connect()).run(narrow, frame, rows);
    expect(wide).toHaveProperty(
      'message',
      expect.stringContaining('6 columns; the command wants 5'),
    );
  });

  it('leaves quietly with all it started when Spark closes the connection of a busy task', async () => {
    const jvm = track(new FakeJvm('4.1'));
    await jvm.startDaemon();
    const worker = await jvm.connect();
    worker.sendHead(misbehave(jvm, ['loop']));
    worker.sendGroups(frame, oneRowEach(1));
    const family = descendants(worker.pid);
    worker.socket.destroy();
    await gone([worker.pid, ...family]);
    expect(isAlive(jvm.daemonPid)).toBe(true);
  });

  it('echoes rows as they came, in batches', async () => {
    const jvm = track(new FakeJvm('4.1'));
    const worker = await jvm.startWorker();
    worker.sendHead({
      mode: 'map',
      spark: '4.1',
      fn: { name: 'echo', args: {} },
      columns: [...Array(6).keys()].map((i) => ({ name: `c${i}`, kind: 'number' })),
    });
    worker.sendBatches(frame, [
      { of: [0, 0, 0], rows: [0, 1, 2] },
      { of: [0], rows: [299] },
    ]);
    const end = await worker.end();
    expect(end.kind === 'done' && end.rows).toMatchObject([
      { __place: 0n, value: 0, name: 'zebra' },
      { __place: 1n, name: 'äpfel und birnen' },
      { __place: 2n, name: '' },
      { __place: 299n },
    ]);
  });
});

const jvms: FakeJvm[] = [];
afterEach(async () => {
  await Promise.all(jvms.splice(0).map((jvm) => jvm.close()));
});

function track(jvm: FakeJvm): FakeJvm {
  jvms.push(jvm);
  return jvm;
}

function withoutTimes({ outcomes }: Pick<TaskEnd, 'outcomes'>): readonly object[] {
  return [...outcomes]
    .sort((a, b) => a.task - b.task)
    .map(({ ms, ...outcome }) => {
      if (ms < 0) throw new Error('It ended before it began.');
      if (outcome.kind === 'failed') return outcome;
      const blobs = [...outcome.blobs].map(([name, bytes]) => [name, [...bytes]]);
      return { ...outcome, blobs };
    });
}

function reasonOf(outcome: Outcome): string {
  return outcome.kind === 'failed' ? outcome.reason : outcome.kind;
}
