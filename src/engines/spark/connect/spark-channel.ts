import {
  type CallOptions,
  type ChannelOptions,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import type { SparkConnectServiceClient } from './gen/spark/connect/SparkConnectService.ts';
import { sparkProtocol } from './protocol.ts';
import type { SparkRemote } from './remote.ts';

/** Results come in pieces of a few MB; a single row may be larger. The limit of Spark's own clients. */
const MESSAGE_BYTES = 128 * 2 ** 20;
const CHANNEL: ChannelOptions = {
  'grpc.max_receive_message_length': MESSAGE_BYTES,
  'grpc.max_send_message_length': MESSAGE_BYTES,
  // A server that comes back is found again soon.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  // Two sessions of one process must not share a connection: cutting one off would cut the other.
  'grpc.use_local_subchannel_pool': 1,
};

type Done<Result> = (error: ServiceError | null, result?: Result) => void;

/** A connection to one server: its calls, with who we are in every one of them. */
export class SparkChannel {
  readonly address: string;
  readonly stub: SparkConnectServiceClient;
  readonly #remote: SparkRemote;

  /** `rootCertificates`: PEM of who signed the server's certificate, instead of the usual authorities. */
  constructor(remote: SparkRemote, rootCertificates?: Buffer) {
    this.#remote = remote;
    this.address = remote.address;
    const security = remote.tls
      ? credentials.createSsl(rootCertificates ?? null)
      : credentials.createInsecure();
    const { SparkConnectService } = sparkProtocol();
    this.stub = new SparkConnectService(remote.address, security, CHANNEL);
  }

  get user(): { readonly userId: string; readonly userName: string } {
    return { userId: this.#remote.userId, userName: this.#remote.userId };
  }

  /** What goes with a call; some libraries change it, so each gets its own. */
  metadata(): Metadata {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(this.#remote.headers)) metadata.set(name, value);
    if (this.#remote.token !== undefined)
      metadata.set('authorization', `Bearer ${this.#remote.token}`);
    return metadata;
  }

  /** The answer to a call that has one. Rejects with gRPC's error; `deadlineMs` from now. */
  ask<Result>(
    call: (metadata: Metadata, options: CallOptions, done: Done<Result>) => unknown,
    deadlineMs?: number,
  ): Promise<Result> {
    const options = deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs };
    return new Promise((resolve, reject) => {
      call(this.metadata(), options, (error, result) => {
        if (error !== null) reject(error);
        else resolve(result as Result);
      });
    });
  }

  close(): void {
    this.stub.close();
  }
}
