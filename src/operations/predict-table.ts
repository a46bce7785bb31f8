import { existsSync } from 'node:fs';
import { Failure } from '../domain/failure.ts';
import { alreadyThere } from '../engines/spark/scoring/scoring-failure.ts';
import type { Member } from '../partition/model-set.ts';
import { type ServedMember, type ServedSet, servedModels } from '../serving/model-set.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import type { MemberRange } from '../stores/objects/pack.ts';
import type { OperationContext } from './context.ts';
import type { PredictResult, SparkPlace, TablePredictRequest } from './requests.ts';

type Context = Pick<OperationContext, 'runs' | 'facts' | 'quarantine' | 'objects' | 'scoreTable'>;

/**
 * Every row of a table that lies on a cluster by the model of its partition, as `predict` has it for a file: executors
 * read, predict and write. Throws `Failure('usage')` where something is at `out` already.
 */
export async function predictTable(
  context: Context,
  { run, remote, data, out }: TablePredictRequest,
  signal: AbortSignal,
): Promise<PredictResult> {
  const { spec, classes, columns, models } = await servedModels(context, run);
  if (spec.forecast !== undefined)
    throw new Failure(
      'usage',
      'A forecast goes on from the history of its partitions, which is read here: use `partita predict RUN --data FILE --out FILE` without `--engine spark`.',
    );
  const folder = localFolder(out);
  if (folder !== null && existsSync(folder)) throw new Failure('usage', alreadyThere(folder));
  const engine = {
    ...spec.engine,
    kind: 'spark' as const,
    ...(remote !== undefined && { remote }),
  };
  const scoring = {
    from: data,
    to: out,
    spec: { ...spec, engine },
    classes,
    trained: columns,
    models: await onDisk(models, context.objects),
  };
  const scored = await context.scoreTable(scoring, signal);
  return { out: 'table' in out ? out.table : out.path, ...scored };
}

/** Null where it is no folder of this machine: a table, or a URL. */
function localFolder(place: SparkPlace): string | null {
  return 'path' in place && place.path.startsWith('/') ? place.path : null;
}

type FileRange = MemberRange & { readonly path: string };

async function onDisk({ members, parents, global, ...rest }: ServedSet, objects: ObjectStore) {
  const place = async ({ parts, ...member }: ServedMember): Promise<Member<FileRange>> => {
    const placed: Member<FileRange>['parts'][number][] = [];
    for (const { bytes, ...part } of parts) {
      const { pack, offset, length } = bytes;
      placed.push({ ...part, bytes: { path: await objects.path(pack), offset, length } });
    }
    return { ...member, parts: placed };
  };
  const placeAll = async (all: ReadonlyMap<string, ServedMember>) => {
    const placed = new Map<string, Member<FileRange>>();
    for (const [text, member] of all) placed.set(text, await place(member));
    return placed;
  };
  return {
    members: await placeAll(members),
    ...(parents && { parents: await placeAll(parents) }),
    global: global && (await place(global)),
    ...rest,
  };
}
