import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { EngineSetting, OpenEngines } from '../engines/open-engines.ts';
import { takeSnapshot } from '../sources/snapshot-process.ts';
import { DEFAULT_SNAPSHOT_LIMITS } from '../sources/snapshot-request.ts';
import { resolveSourceUrl, type Secrets } from '../sources/source-url.ts';
import { resolveRemote } from '../spec/engine.ts';
import type { TableSpec } from '../spec/spec.ts';
import type { Workshop } from './context.ts';

type WorkshopParts = Pick<Workshop, 'fitTimes' | 'knownKeys' | 'maker'> & {
  readonly engines: OpenEngines;
  /** The `.partita` folder. */
  readonly folder: string;
  /** Where a Postgres source without an address is; null: nowhere. */
  readonly dataUrl: string | null;
  readonly secrets: Secrets;
};

/** What reads sources and computes in this process. */
export function createWorkshop(parts: WorkshopParts): Workshop {
  const { engines, folder, dataUrl, secrets, fitTimes, knownKeys, maker } = parts;
  return {
    engineFor: (spec) => engines.engine(engineSetting(spec, secrets)),
    snapshotRequest: (spec, baseFolder) => {
      const url = resolveSourceUrl(spec.data.source, secrets, dataUrl);
      return {
        spec,
        baseFolder,
        outputFolder: incomingFolder(folder),
        limits: DEFAULT_SNAPSHOT_LIMITS,
        ...(url === undefined ? {} : { sourceUrl: url }),
      };
    },
    takeSnapshot: async (request, signal) => {
      const setting = engineSetting(request.spec, secrets);
      // A table of a cluster is read where it lies.
      return setting.kind === 'spark' && request.spec.data.source.kind === 'spark'
        ? (await engines.engine(setting)).takeSnapshot(request, signal)
        : takeSnapshot(request, signal);
    },
    scoreTable: async (scoring, signal) => {
      const setting = engineSetting(scoring.spec, secrets);
      if (setting.kind !== 'spark')
        throw new RangeError(`The ${setting.kind} engine has no tables.`);
      return (await engines.engine(setting)).scoreTable(scoring, signal);
    },
    fitTimes,
    knownKeys,
    maker,
    threadsFor,
  };
}

/** Where files are written before they are objects: on the volume of the objects, so that keeping one is a rename. */
export function incomingFolder(folder: string): string {
  return join(folder, 'objects', 'incoming');
}

type EngineOf = Pick<TableSpec, 'engine'>;

function threadsFor({ engine }: EngineOf): number {
  return engine.threads === 'auto' ? availableParallelism() : engine.threads;
}

/** What a spec says about its engine, with what it refers to; defaults are those of this machine. */
function engineSetting(spec: EngineOf, secrets: Secrets): EngineSetting {
  const { engine } = spec;
  if (engine.kind === 'local') return { kind: 'local', threads: threadsFor(spec) };
  const remote = resolveRemote(engine, secrets);
  const { archive, image } = engine.runtime ?? {};
  if (archive !== undefined)
    return { kind: 'spark', remote, runtime: { kind: 'archive', folder: archive } };
  if (image !== undefined)
    return { kind: 'spark', remote, runtime: { kind: 'image', folder: image } };
  return { kind: 'spark', remote, runtime: { kind: 'artifact' } };
}
