import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asJson } from '../../src/domain/json.ts';
import type { GroupedMap, PartitionTask } from '../../src/engines/engine.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import { type Frame, takeRows } from '../../src/frame/frame.ts';
import type { Spec } from '../../src/spec/spec.ts';
import { partitionData, STATUSES } from './machines.ts';
import { writeSnapshotFile } from './snapshot-file.ts';

/** Training of machines by type: a snapshot and folds in files, a task for each type in the order of `rowsOfType`. */
export async function trainingJob(
  frame: Frame,
  spec: Spec,
  rowsOfType: { readonly [type: string]: number },
): Promise<GroupedMap> {
  const folds: Uint8Array[] = [];
  const tasks: PartitionTask[] = [];
  let start = 0;
  for (const [type, count] of Object.entries(rowsOfType)) {
    const ranges = [{ start, count }];
    const partition = { id: type, text: `type=${type}`, ranges };
    const rows = takeRows(
      frame,
      Int32Array.from({ length: count }, (_, i) => start + i),
    );
    folds.push(partitionData(rows, spec, partition).folds);
    tasks.push({ partition });
    start += count;
  }
  const foldsPath = join(mkdtempSync(join(tmpdir(), 'partita-folds-')), 'folds');
  writeFileSync(foldsPath, Buffer.concat(folds));
  const args = { spec, task: 'classification', classes: STATUSES, scope: 'own' };
  return {
    snapshot: { digest: digestBytes('snapshot'), path: await writeSnapshotFile(frame) },
    columns: frame.columns.map(({ name }) => name).filter((name) => name !== 'power'),
    rowHashes: true,
    folds: { path: foldsPath },
    tasks,
    fn: { name: 'train', args: asJson(args) },
    limits: { seconds: 60, memoryMb: 1024 },
  };
}
