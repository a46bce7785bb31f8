import { ServiceError } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.ts';
import { connectClient, type TemporalAddress } from './connection.ts';

/** Of gRPC. */
const INVALID_ARGUMENT = 3;
const ALREADY_EXISTS = 6;
/** Of Temporal: a word that is compared whole. */
const KEYWORD = 2;

/** Makes them known to a Temporal that is not ours to start. False: we may not, and runs do without. */
export async function registerSearchAttributes(at: TemporalAddress): Promise<boolean> {
  const { connection } = await connectClient(at);
  const names = Object.values(SEARCH_ATTRIBUTES);
  try {
    await connection.operatorService.addSearchAttributes({
      namespace: at.namespace,
      searchAttributes: Object.fromEntries(names.map((name) => [name, KEYWORD])),
    });
    return true;
  } catch (error) {
    return codeOf(error) === ALREADY_EXISTS;
  } finally {
    await connection.close();
  }
}

/** Whether a start was refused because Temporal does not know them. */
export function isUnknownAttribute(error: unknown): boolean {
  if (!(error instanceof ServiceError)) return false;
  const { cause } = error;
  return codeOf(cause) === INVALID_ARGUMENT && /search attribute/i.test(String(cause));
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown } | null | undefined)?.code;
}
