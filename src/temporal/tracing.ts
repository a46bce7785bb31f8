import { setTimeout as wait } from 'node:timers/promises';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResourcesSync, envDetectorSync, Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type {
  DescribeWorkflowExecutionResponse,
  ScheduleClientInterceptor,
  WorkflowClientInterceptor,
  WorkflowDescribeInput,
  WorkflowQueryInput,
} from '@temporalio/client';
import { defaultPayloadConverter, type Next } from '@temporalio/common';
import {
  makeWorkflowExporter,
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryWorkflowClientInterceptor,
} from '@temporalio/interceptors-opentelemetry';
import type { ActivityInterceptorsFactory, WorkerOptions } from '@temporalio/worker';
import { TRACE_HEADER } from '../domain/trace-header.ts';

/** What makes runs traced, by who starts them and who works on them. */
export type Tracing = {
  readonly client: WorkflowClientInterceptor;
  readonly schedules: ScheduleClientInterceptor;
  readonly worker: Pick<WorkerOptions, 'sinks' | 'interceptors'>;
  /** Sends what is not sent yet, as far as that is done within some seconds. */
  close(): Promise<void>;
};

/** A receiver that does not answer keeps nobody longer. */
const CLOSE_MS = 3_000;

/**
 * Sends spans by OTLP over HTTP to where OpenTelemetry's own variables say. Call once per process. `say`: is told once that
 * they can't be sent; nothing waits for them.
 */
export function startTracing(version: string, say: (line: string) => void): Tracing {
  sayOnce(say);
  const ours = new Resource({ 'service.name': 'partita', 'service.version': version });
  const theirs = detectResourcesSync({ detectors: [envDetectorSync] });
  const resource = Resource.default().merge(ours).merge(theirs);
  const processor = new BatchSpanProcessor(new OTLPTraceExporter());
  const provider = new NodeTracerProvider({ resource, spanProcessors: [processor] });
  provider.register();
  return {
    client: new TracedCalls(),
    schedules: TRACED_FIRINGS,
    worker: {
      sinks: { exporter: makeWorkflowExporter(processor, resource) },
      interceptors: { activity: [tracedActivity] },
    },
    close: async () => {
      const patience = new AbortController();
      const spent = wait(CLOSE_MS, undefined, { signal: patience.signal }).catch(() => undefined);
      await Promise.race([provider.shutdown().catch(() => undefined), spent]);
      patience.abort();
    },
  };
}

/** All but what a watcher asks every second. */
class TracedCalls extends OpenTelemetryWorkflowClientInterceptor {
  override query(
    input: WorkflowQueryInput,
    next: Next<WorkflowClientInterceptor, 'query'>,
  ): Promise<unknown> {
    return next(input);
  }

  override describe(
    input: WorkflowDescribeInput,
    next: Next<WorkflowClientInterceptor, 'describe'>,
  ): Promise<DescribeWorkflowExecutionResponse> {
    return next(input);
  }
}

/** Each firing is a trace of its own: it is handed none. */
const TRACED_FIRINGS: ScheduleClientInterceptor = {
  create: (input, next) =>
    next({
      ...input,
      headers: { ...input.headers, [TRACE_HEADER]: defaultPayloadConverter.toPayload({}) },
    }),
};

/** Those of workflows that are traced. */
const tracedActivity: ActivityInterceptorsFactory = (context) => {
  const traced = new OpenTelemetryActivityInboundInterceptor(context);
  return {
    inbound: {
      execute: (input, next) =>
        TRACE_HEADER in input.headers ? traced.execute(input, next) : next(input),
    },
  };
};

function sayOnce(say: (line: string) => void): void {
  let isSaid = false;
  setGlobalErrorHandler((error) => {
    if (isSaid) return;
    isSaid = true;
    const why =
      typeof error === 'string' ? error : (error.message ?? error.name ?? 'no reason told');
    say(`Traces can't be sent to OpenTelemetry's receiver: ${why}`);
  });
}
