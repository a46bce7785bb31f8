import { fileURLToPath } from 'node:url';
import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader';
import type { ProtoGrpcType as SparkPackage } from './gen/base.ts';
import type {
  ErrorInfo__Output,
  ErrorInfo as ErrorInfoMessage,
} from './gen/google/rpc/ErrorInfo.ts';
import type {
  RetryInfo__Output,
  RetryInfo as RetryInfoMessage,
} from './gen/google/rpc/RetryInfo.ts';
import type { Status__Output, Status as StatusMessage } from './gen/google/rpc/Status.ts';

const FILES = [
  'spark/connect/base.proto',
  'google/rpc/status.proto',
  'google/rpc/error_details.proto',
];

type RpcMessages = {
  readonly Status: MessageTypeDefinition<StatusMessage, Status__Output>;
  readonly ErrorInfo: MessageTypeDefinition<ErrorInfoMessage, ErrorInfo__Output>;
  readonly RetryInfo: MessageTypeDefinition<RetryInfoMessage, RetryInfo__Output>;
};
type Protocol = RpcMessages & {
  readonly SparkConnectService: SparkPackage['spark']['connect']['SparkConnectService'];
};

let loaded: Protocol | undefined;

/**
 * Spark Connect's service, from the .proto files of Spark 4.1.4 (servers from 4.0 to 4.3 speak them), and the messages of
 * google.rpc in which gRPC servers describe errors. Loaded at the first call, in about 100 ms.
 */
export function sparkProtocol(): Protocol {
  loaded ??= load();
  return loaded;
}

function load(): Protocol {
  const definition = loadSync(FILES, {
    includeDirs: [fileURLToPath(new URL('./proto', import.meta.url))],
    longs: Number,
    enums: String,
    oneofs: true,
  });
  // The build generates the types from the same files with the same options.
  const root = loadPackageDefinition(definition) as unknown as SparkPackage & {
    readonly google: { readonly rpc: RpcMessages };
  };
  return { ...root.google.rpc, SparkConnectService: root.spark.connect.SparkConnectService };
}
