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

/**
 * Spark Connect's messages and service, from the .proto files of Spark 4.1.4 (servers from 4.0 to 4.3 speak them) and
 * google.rpc, in which gRPC servers describe errors. Loaded once, in about 100 ms.
 */
const definition = loadSync(
  ['spark/connect/base.proto', 'google/rpc/status.proto', 'google/rpc/error_details.proto'],
  {
    includeDirs: [fileURLToPath(new URL('./proto', import.meta.url))],
    longs: Number,
    enums: String,
    oneofs: true,
  },
);

type RpcPackage = {
  readonly google: {
    readonly rpc: {
      readonly Status: MessageTypeDefinition<StatusMessage, Status__Output>;
      readonly ErrorInfo: MessageTypeDefinition<ErrorInfoMessage, ErrorInfo__Output>;
      readonly RetryInfo: MessageTypeDefinition<RetryInfoMessage, RetryInfo__Output>;
    };
  };
};

// The build generates the types from the same files with the same options.
const root = loadPackageDefinition(definition) as unknown as SparkPackage & RpcPackage;

export const { SparkConnectService } = root.spark.connect;
export const { ErrorInfo, RetryInfo, Status } = root.google.rpc;
