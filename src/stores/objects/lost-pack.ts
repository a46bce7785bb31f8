import { Failure, isFailure } from '../../domain/failure.ts';
import { codeOf } from './file-failure.ts';

const LOST_PACK = 'LOST_PACK';

/**
 * That a pack which an executor left is gone, too short or holds other bytes: it will not be adopted, however often that is tried,
 * so its blobs have to be made again. Every other failure to adopt may pass.
 */
export function lostPack(message: string): Failure {
  const cause = Object.assign(new Error('A pack is lost.'), { code: LOST_PACK });
  return new Failure('unreachable', message, { cause });
}

export function isLostPack(error: unknown): boolean {
  return isFailure(error) && codeOf(error.cause) === LOST_PACK;
}
