import root from '@opentelemetry/otlp-transformer/build/src/generated/root.js';

/** One piece of a trace, as a receiver gets it. */
export type Span = {
  readonly name: string;
  readonly trace: string;
  readonly id: string;
  /** Empty: it is the first of its trace. */
  readonly parent: string;
  readonly attributes: { readonly [name: string]: unknown };
  /** Of who sent it. */
  readonly resource: { readonly [name: string]: unknown };
};

type Attributes = readonly {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}[];

/** As OpenTelemetry's own description of the protocol has it. */
type Request = {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Attributes };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly name: string;
        readonly traceId: Uint8Array;
        readonly spanId: Uint8Array;
        readonly parentSpanId: Uint8Array | null;
        readonly attributes: Attributes;
      }[];
    }[];
  }[];
};

const { opentelemetry } = root as unknown as {
  readonly opentelemetry: {
    readonly proto: {
      readonly collector: {
        readonly trace: {
          readonly v1: {
            readonly ExportTraceServiceRequest: { decode(bytes: Uint8Array): Request };
          };
        };
      };
    };
  };
};

/** What OTLP over HTTP carries in the body of a request: protobuf. */
export function spansOf(body: Uint8Array): readonly Span[] {
  const { resourceSpans } =
    opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest.decode(body);
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, traceId, spanId, parentSpanId, attributes }) => ({
        name,
        trace: hex(traceId),
        id: hex(spanId),
        parent: hex(parentSpanId),
        attributes: namedOf(attributes),
        resource: namedOf(resource.attributes),
      })),
    ),
  );
}

/** Those that are texts. */
function namedOf(attributes: Attributes): { readonly [name: string]: unknown } {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));
}

function hex(bytes: Uint8Array | null): string {
  return Buffer.from(bytes ?? []).toString('hex');
}
