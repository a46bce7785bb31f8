import { readFile } from 'node:fs/promises';
import { Client, type ClientOptions, Connection } from '@temporalio/client';
import { Failure } from '../domain/failure.ts';
import { dataConverter } from './payload-codec.ts';
import type { Tracing } from './tracing.ts';

/** Where Temporal is, and who we are there. */
export type TemporalAddress = {
  readonly address: string;
  readonly namespace: string;
  readonly tls: boolean;
  readonly apiKey?: string;
  /** Files in PEM form, and a name. */
  readonly certificates?: {
    readonly client?: { readonly certificate: string; readonly key: string };
    readonly serverCa?: string;
    readonly serverName?: string;
  };
};

/** What encrypts all that Temporal keeps, 32 bytes each, the newest first; none: it is kept as it is. */
export type PayloadKeys = readonly Uint8Array[];

/** The queue that workers of this system poll. */
export const TASK_QUEUE = 'partita';

/** As clients and workers take it. */
export async function connectionOptions({ address, tls, apiKey, certificates }: TemporalAddress) {
  return {
    address,
    // Left out, the SDK would turn it on where there is a key.
    tls: tls && (await tlsOf(certificates)),
    ...(apiKey === undefined ? {} : { apiKey }),
  };
}

async function tlsOf(certificates: TemporalAddress['certificates']) {
  if (certificates === undefined) return true;
  const { client, serverCa, serverName } = certificates;
  return {
    ...(serverName !== undefined && { serverNameOverride: serverName }),
    ...(serverCa !== undefined && { serverRootCACertificate: await readFile(serverCa) }),
    ...(client !== undefined && {
      clientCertPair: {
        crt: await readFile(client.certificate),
        key: await readFile(client.key),
      },
    }),
  };
}

/** Throws `Failure('unreachable')` with the address within 10 seconds. `tracing`: of the runs that it starts; null: none. */
export async function connectClient(
  at: TemporalAddress,
  keys: PayloadKeys = [],
  tracing: Tracing | null = null,
): Promise<Client> {
  try {
    const connection = await Connection.connect({
      ...(await connectionOptions(at)),
      connectTimeout: '10 seconds',
    });
    const options: ClientOptions = { connection, namespace: at.namespace, ...dataConverter(keys) };
    const interceptors = tracing === null ? {} : { workflow: [tracing.client] };
    return new Client({ ...options, interceptors });
  } catch (cause) {
    throw new Failure(
      'unreachable',
      `Temporal does not answer at ${at.address}. Start it with \`partita up\`, or check TEMPORAL_ADDRESS.`,
      { cause },
    );
  }
}
