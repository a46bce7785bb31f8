import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/engines/engine.ts';
import {
  type Command,
  decodeCommand,
  encodeCommand,
  type GroupCommand,
  SPARK_VERSIONS,
  sparkOfWireVersion,
  wireVersion,
} from '../../../src/engines/spark/command.ts';
import {
  OUTCOME_COLUMNS,
  outcomeFromRow,
  outcomeToRow,
} from '../../../src/engines/spark/outcome-rows.ts';
import { digestBytes } from '../../../src/frame/digest.ts';

const union = {
  id: 'u',
  text: '(all)',
  ranges: [
    { start: 700, count: 2 },
    { start: 3, count: 0 },
  ],
};
const command: GroupCommand = {
  mode: 'group',
  spark: '4.1',
  fn: { name: 'summarise', module: 'udf-1.mjs', args: { deep: { list: [1, null, 'ä'] } } },
  columns: [
    { name: 'value', kind: 'number' },
    { name: 'When?', kind: 'time' },
  ],
  rowHashes: false,
  tasks: [
    { partition: union, part: { fold: 0 } },
    {
      partition: union,
      part: { fold: 1 },
      inputs: [
        { name: 'model', path: '/store/pack', offset: 9, length: 40 },
        { name: 'model', path: '/store/pack', offset: 90, length: 4 },
      ],
    },
    { partition: { id: 'p', text: 'key=ä', ranges: [{ start: 0, count: 5 }] } },
  ],
  folds: { path: '/store/folds' },
  limits: { seconds: 600, memoryMb: 2048 },
};

describe('a command for executors', () => {
  it('arrives as it was sent', () => {
    expect(decodeCommand(encodeCommand(command))).toEqual(command);
    const map: Command = { mode: 'map', spark: '4.3', fn: { name: 'echo', args: {} }, columns: [] };
    expect(decodeCommand(encodeCommand(map))).toEqual(map);
  });

  it('says what tasks have in common once', () => {
    const inputs = [{ name: 'model', path: '/a/path/of/some/length', offset: 0, length: 10 }];
    const partition = {
      ...union,
      ranges: Array.from({ length: 1000 }, (_, i) => ({ start: i * 9, count: 5 })),
    };
    const tasks = Array.from({ length: 50 }, (_, fold) => ({ partition, part: { fold }, inputs }));
    const bytes = encodeCommand({ ...command, tasks });
    expect(bytes.length).toBeLessThan(20_000);
    expect(decodeCommand(bytes)).toEqual({ ...command, tasks });
  });

  it('costs a hundred bytes for a partition of a large batch', () => {
    const tasks = Array.from({ length: 10_000 }, (_, i) => ({
      partition: {
        id: String(i).padStart(32, '0'),
        text: `carrier=${i}`,
        ranges: [{ start: i * 200, count: 200 }],
      },
    }));
    expect(encodeCommand({ ...command, tasks }).length).toBeLessThan(10_000 * 130);
  });

  it.each([
    ['what Python pickled', Buffer.from([0x80, 5, 0x95]), 'Python functions need a session'],
    ['another format', Buffer.from('{"partita":99}'), 'the client sent 99'],
    [
      'a mode that is none',
      damaged((text) => text.replace('"mode":"group"', '"mode":"dance"')),
      'wrong at "mode"',
    ],
    [
      'a task of no partition',
      damaged((text) => text.replace('"partition":1', '"partition":7')),
      'no entry 7',
    ],
  ])('is refused when it is %s', (_, bytes, message) => {
    expect(() => decodeCommand(bytes)).toThrow(message);
  });

  it('names the version of Spark on the wire', () => {
    for (const version of SPARK_VERSIONS)
      expect(sparkOfWireVersion(wireVersion(version))).toBe(version);
    expect(() => sparkOfWireVersion('3.11')).toThrow('"3.11"');
    expect(() => sparkOfWireVersion('partita-1 spark=3.5')).toThrow('4.0, 4.1, 4.2, 4.3');
  });
});

describe('outcomes as rows', () => {
  it.each<Outcome>([
    {
      task: 3,
      ms: 1.5,
      log: 'héllo\n',
      kind: 'ok',
      facts: { a: [1, { b: null }] },
      blobs: new Map([
        ['model', Uint8Array.of(1, 2, 3)],
        ['empty', new Uint8Array()],
        ['ü', Uint8Array.of(255)],
      ]),
    },
    { task: 0, ms: 0, log: '', kind: 'ok', facts: {}, blobs: new Map() },
    {
      task: 4,
      ms: 1,
      log: '',
      kind: 'ok',
      facts: {},
      blobs: new Map(),
      stored: new Map([['model', { pack: digestBytes('pack'), offset: 5, length: 7, job: 'j' }]]),
    },
    { task: 1, ms: 2, log: '', kind: 'failed', reason: 'error', message: 'no', stack: 'at a' },
    { task: 2, ms: 3, log: '', kind: 'failed', reason: 'timeout', message: 'late' },
  ])('come back as they were: $kind $task', (outcome) => {
    const row = outcomeToRow(outcome);
    expect(Object.keys(row)).toEqual(OUTCOME_COLUMNS.map(({ name }) => name));
    expect(outcomeFromRow(row)).toEqual(outcome);
    // As versions kept it in bookmarks that knew of no store.
    const { stored: _, ...older } = row;
    const { stored, ...sent } = { stored: undefined, ...outcome };
    if (stored === undefined) expect(outcomeFromRow(older)).toEqual(sent);
  });
});

function damaged(change: (text: string) => string): Uint8Array {
  return Buffer.from(change(Buffer.from(encodeCommand(command)).toString()));
}
