import {
  OpenTelemetryInboundInterceptor,
  OpenTelemetryInternalsInterceptor,
  OpenTelemetryOutboundInterceptor,
} from '@temporalio/interceptors-opentelemetry/lib/workflow/index.js';
import type { WorkflowInterceptors } from '@temporalio/workflow';
import { TRACE_HEADER } from '../src/domain/trace-header.ts';

/**
 * The SDK's interceptors, for workflows that were started with a trace. Any other passes them by: it decides as it did before
 * there were traces, and pays nothing. How it was started is in its history, so that a replay finds the same.
 */
export const interceptors = (): WorkflowInterceptors => {
  let traced: Traced | undefined;
  return {
    inbound: [
      {
        execute: (input, next) => {
          if (TRACE_HEADER in input.headers) traced = new Traced();
          return traced === undefined ? next(input) : traced.inbound.execute(input, next);
        },
        handleUpdate: (input, next) =>
          traced === undefined ? next(input) : traced.inbound.handleUpdate(input, next),
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) =>
          traced === undefined ? next(input) : traced.outbound.scheduleActivity(input, next),
        startChildWorkflowExecution: (input, next) =>
          traced === undefined
            ? next(input)
            : traced.outbound.startChildWorkflowExecution(input, next),
        continueAsNew: (input, next) =>
          traced === undefined ? next(input) : traced.outbound.continueAsNew(input, next),
      },
    ],
    internals: [
      {
        dispose: (input, next) => {
          if (traced === undefined) next(input);
          else void traced.internals.dispose(input, next);
        },
      },
    ],
  };
};

class Traced {
  readonly inbound = new OpenTelemetryInboundInterceptor();
  readonly outbound = new OpenTelemetryOutboundInterceptor();
  readonly internals = new OpenTelemetryInternalsInterceptor();
}
