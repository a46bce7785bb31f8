import { Client, Connection } from '@temporalio/client';
import { Failure } from '../domain/failure.ts';

/** Where Temporal is, and who we are there. */
export type TemporalAddress = {
  readonly address: string;
  readonly namespace: string;
  readonly tls: boolean;
  readonly apiKey?: string;
};

/** The queue that workers of this system poll. */
export const TASK_QUEUE = 'partita';

/** Throws `Failure('unreachable')` with the address within 10 seconds. */
export async function connectClient(at: TemporalAddress): Promise<Client> {
  try {
    const connection = await Connection.connect({
      address: at.address,
      connectTimeout: '10 seconds',
      ...(at.tls ? { tls: true } : {}),
      ...(at.apiKey === undefined ? {} : { apiKey: at.apiKey }),
    });
    return new Client({ connection, namespace: at.namespace });
  } catch (cause) {
    throw new Failure(
      'unreachable',
      `Temporal does not answer at ${at.address}. Start it with \`partita up\`, or check TEMPORAL_ADDRESS.`,
      { cause },
    );
  }
}
