import { digestBytes } from '../frame/digest.ts';
import type { OperationContext } from '../operations/context.ts';
import { environmentFacts } from '../operations/environment.ts';
import type { Services } from '../operations/services.ts';
import { partitionBundle, type System } from './system.ts';

type Act = <Result>(action: (context: OperationContext) => Promise<Result>) => Promise<Result>;

/** Partition functions called directly: on one partition for a debugger, from a bundle, or on all for a map. */
export function debugServices(
  act: Act,
  system: System,
  functionsFolder: string,
): Pick<Services, 'debug' | 'map' | 'debugMap' | 'bundlePartition' | 'replay'> {
  return {
    debug: async (request, onStep) => {
      const { debugPartition } = await import('../operations/debug.ts');
      return debugPartition(await system.workshop(request.spec), request, onStep);
    },
    bundlePartition: async (request) => {
      const { writeReplayBundle } = await import('../operations/replay-bundle.ts');
      return act((context) => writeReplayBundle(context, request));
    },
    replay: async (path) => {
      const { replayBundle } = await import('../operations/replay-bundle.ts');
      const code = digestBytes(await partitionBundle());
      return replayBundle(path, { environment: environmentFacts(), code });
    },
    map: async (request, ...watch) => {
      const { mapPartitions } = await import('../operations/map.ts');
      return mapPartitions(await system.workshop(request.spec), request, functionsFolder, ...watch);
    },
    debugMap: async (request, onStep) => {
      const { debugMap } = await import('../operations/debug-map.ts');
      return debugMap(await system.workshop(request.spec), request, functionsFolder, onStep);
    },
  };
}
