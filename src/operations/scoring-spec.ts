import { cutAs } from '../sources/cut-as.ts';
import type { SnapshotColumn } from '../sources/snapshot.ts';
import type { Source } from '../spec/source.ts';
import type { Spec } from '../spec/spec.ts';
import { fileKind } from './file-kind.ts';
import type { PredictRequest } from './requests.ts';

/** The run's spec over another source: its key is cut where training cut it. */
export function specOver(spec: Spec, trained: readonly SnapshotColumn[], source: Source): Spec {
  return cutAs({ ...spec, data: { ...spec.data, source } }, trained);
}

/** The same of a file that is to be scored. */
export function scoringSpec(
  spec: Spec,
  trained: readonly SnapshotColumn[],
  { data: path, engine }: Pick<PredictRequest, 'data' | 'engine'>,
): Spec {
  const over = specOver(spec, trained, { kind: fileKind(path), path });
  return { ...over, engine: { ...spec.engine, ...(engine && { kind: engine }) } };
}
